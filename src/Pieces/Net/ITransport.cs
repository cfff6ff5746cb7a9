using System.Net;

namespace Pieces.Net;

/// <summary>Opens and accepts byte streams between peers: TCP, or an in-memory network in tests.</summary>
internal interface ITransport
{
    /// <summary>Connects to a peer.</summary>
    /// <exception cref="IOException">The peer cannot be reached, or refused the connection.</exception>
    ValueTask<ITransportConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken);

    /// <summary>Listens on the first free port of a range (0 lets the system choose).</summary>
    /// <exception cref="IOException">No port of the range is free.</exception>
    ITransportListener Listen(IPAddress? address, int firstPort, int lastPort);
}

/// <summary>One stream to a peer; disposing closes it at once.</summary>
internal interface ITransportConnection : IAsyncDisposable
{
    /// <summary>The byte stream in both directions. One reader and one writer at a time.</summary>
    Stream Stream { get; }

    /// <summary>The remote address; an IPv4-mapped address is given as IPv4.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>The local address.</summary>
    IPEndPoint LocalEndPoint { get; }
}

/// <summary>Accepts streams from peers.</summary>
internal interface ITransportListener : IAsyncDisposable
{
    /// <summary>The local port.</summary>
    int Port { get; }

    /// <summary>Waits for the next connection. Failures of single connections are not reported here.</summary>
    ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken);
}
