using System.Net;

namespace Pieces.Net;

/// <summary>Carries byte streams between peers: TCP, and in tests a network in memory.</summary>
internal interface ITransport
{
    /// <summary>Connects to a peer.</summary>
    /// <exception cref="IOException">It cannot be reached, or the network refused.</exception>
    ValueTask<ITransportConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken);

    /// <summary>Listens on the first free port of a range (0 lets the system choose).</summary>
    /// <exception cref="IOException">No port of the range is free.</exception>
    ITransportListener Listen(IPAddress? address, int firstPort, int lastPort);
}

/// <summary>One stream to a peer; disposing closes it at once.</summary>
internal interface ITransportConnection : IAsyncDisposable
{
    /// <summary>The bytes both ways. One reader and one writer at a time.</summary>
    Stream Stream { get; }

    /// <summary>The other side; IPv4-mapped addresses are given as IPv4.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>Our side.</summary>
    IPEndPoint LocalEndPoint { get; }
}

/// <summary>Accepts streams from peers.</summary>
internal interface ITransportListener : IAsyncDisposable
{
    /// <summary>The port that was taken.</summary>
    int Port { get; }

    /// <summary>Waits for the next one. Failures of single connections are not reported here.</summary>
    ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken);
}
