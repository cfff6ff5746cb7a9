using System.Net;

namespace Pieces.Net;

/// <summary>Carries datagrams of one address family: UDP, and in tests a network in memory.</summary>
internal interface IDatagramSocket : IDisposable
{
    /// <summary>Whether its addresses are IPv6.</summary>
    bool IsV6 { get; }

    /// <summary>The port that it has.</summary>
    int Port { get; }

    /// <summary>Waits for the next datagram; one reader at a time.</summary>
    /// <param name="buffer">Gets its bytes; what does not fit is lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many bytes came, and from where.</returns>
    /// <exception cref="IOException">The system reports a fault, be it of the socket or of a datagram that was sent before.</exception>
    ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends a datagram at once, without waiting; false when the system does not take it: no route, no room. Safe for all threads.</summary>
    bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to);

    /// <summary>Our own address as somebody there would dial it if nothing translates it on the way, with port 0; null when there is no way.</summary>
    CompactEndPoint? AddressTowards(CompactEndPoint to);
}
