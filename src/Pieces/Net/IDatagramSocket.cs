using System.Net;

namespace Pieces.Net;

/// <summary>Sends and receives datagrams of one address family: UDP, or an in-memory network in tests.</summary>
internal interface IDatagramSocket : IDisposable
{
    /// <summary>Whether its addresses are IPv6.</summary>
    bool IsV6 { get; }

    /// <summary>The local port.</summary>
    int Port { get; }

    /// <summary>Receives the next datagram; one reader at a time.</summary>
    /// <param name="buffer">Receives its bytes; what does not fit is lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of bytes and the sender.</returns>
    /// <exception cref="IOException">The system reports an error of the socket or of a datagram that was sent before.</exception>
    ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends a datagram without waiting; false if the system refuses it (no route, or no buffer space). Safe for all threads.</summary>
    bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to);

    /// <summary>Our local address on the route to a destination, with port 0; null if there is no route. It ignores any NAT.</summary>
    CompactEndPoint? AddressTowards(CompactEndPoint to);
}
