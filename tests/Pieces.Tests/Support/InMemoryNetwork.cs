using System.Net;
using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>Properties of the link between two hosts.</summary>
/// <param name="Latency">Delay in one direction.</param>
/// <param name="BytesPerSecond">Maximum rate in each direction of each connection; 0 for no limit.</param>
/// <param name="Capacity">Maximum number of bytes in transit. If it is reached, a writer waits.</param>
internal sealed record InMemoryLink(TimeSpan Latency = default, long BytesPerSecond = 0, int Capacity = 256 * 1024);

/// <summary>How a host responds to connection attempts.</summary>
internal enum DialFault
{
    None,

    /// <summary>It refuses them at once.</summary>
    Refuse,

    /// <summary>It never responds.</summary>
    Blackhole,
}

/// <summary>
/// A network without sockets. Each host is an <see cref="ITransport"/> with an address of its own; the given clock determines latency and rates.
/// Faults are set per address.
/// </summary>
internal sealed class InMemoryNetwork(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, InMemoryListener> _listeners = [];
    private readonly Dictionary<(IPAddress, IPAddress), InMemoryLink> _links = [];
    private readonly Dictionary<IPAddress, DialFault> _faults = [];
    private readonly List<InMemoryConnection> _connections = [];
    private readonly Dictionary<IPAddress, int> _dials = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(IPAddress From, IPAddress To), ByteCount> _traffic = new();
    private int _nextPort = 40_000;

    public TimeProvider TimeProvider => timeProvider;

    /// <summary>The link between two hosts for which none was set.</summary>
    public InMemoryLink DefaultLink { get; set; } = new();

    /// <summary>Number of connections that are open at one end or both.</summary>
    public int OpenConnections
    {
        get
        {
            lock (_gate)
                return _connections.Count;
        }
    }

    /// <summary>Number of connections whose end at one host is open.</summary>
    public int OpenConnectionsOf(string address)
    {
        IPAddress ip = IPAddress.Parse(address);
        lock (_gate)
            return _connections.Count(connection => connection.LocalEndPoint.Address.Equals(ip));
    }

    /// <summary>Bytes that one host has sent to another so far, over all their connections.</summary>
    public ByteCount Traffic(string from, string to) => Traffic(IPAddress.Parse(from), IPAddress.Parse(to));

    /// <summary>Number of connection attempts to a host, successful or not.</summary>
    public int DialsTo(string address)
    {
        lock (_gate)
            return _dials.GetValueOrDefault(IPAddress.Parse(address));
    }

    public ITransport Host(string address) => new InMemoryHost(this, IPAddress.Parse(address));

    public void SetLink(string a, string b, InMemoryLink link)
    {
        lock (_gate)
            _links[(IPAddress.Parse(a), IPAddress.Parse(b))] = _links[(IPAddress.Parse(b), IPAddress.Parse(a))] = link;
    }

    public void SetDialFault(string address, DialFault fault)
    {
        lock (_gate)
            _faults[IPAddress.Parse(address)] = fault;
    }

    /// <summary>Breaks every connection of a host. Both ends notice it at once.</summary>
    public void Cut(string address)
    {
        IPAddress ip = IPAddress.Parse(address);
        InMemoryConnection[] hit;
        lock (_gate)
            hit = [.. _connections.Where(c => c.LocalEndPoint.Address.Equals(ip) || c.RemoteEndPoint.Address.Equals(ip))];
        foreach (InMemoryConnection connection in hit)
            connection.Break();
    }

    /// <summary>Creates the two ends of one connection, without a listener.</summary>
    public (InMemoryConnection A, InMemoryConnection B) Pair(InMemoryLink? link = null) =>
        Connect(
            new IPEndPoint(IPAddress.Parse("10.0.0.1"), NextPort()),
            new IPEndPoint(IPAddress.Parse("10.0.0.2"), NextPort()),
            link ?? DefaultLink);

    internal async ValueTask<ITransportConnection> DialAsync(IPAddress from, IPEndPoint to, CancellationToken cancellationToken)
    {
        InMemoryListener? listener;
        DialFault fault;
        InMemoryLink link;
        lock (_gate)
        {
            _dials[to.Address] = _dials.GetValueOrDefault(to.Address) + 1;
            _listeners.TryGetValue(to, out listener);
            _faults.TryGetValue(to.Address, out fault);
            link = _links.GetValueOrDefault((from, to.Address), DefaultLink);
        }

        if (fault == DialFault.Blackhole)
            await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken);
        if (link.Latency > TimeSpan.Zero)
            await Task.Delay(link.Latency * 2, timeProvider, cancellationToken);
        if (fault == DialFault.Refuse || listener is null)
            throw new IOException($"cannot connect to {to}: connection refused");

        (InMemoryConnection near, InMemoryConnection far) = Connect(new IPEndPoint(from, NextPort()), to, link);
        if (listener.TryOffer(far))
            return near;
        near.Break();
        far.Break();
        throw new IOException($"cannot connect to {to}: connection refused");
    }

    internal InMemoryListener Listen(IPAddress address, int firstPort, int lastPort)
    {
        if (firstPort == 0)
            firstPort = lastPort = NextPort();
        lock (_gate)
        {
            for (int port = firstPort; port <= lastPort; port++)
            {
                var endPoint = new IPEndPoint(address, port);
                if (_listeners.ContainsKey(endPoint))
                    continue;
                return _listeners[endPoint] = new InMemoryListener(this, endPoint);
            }
        }

        throw new IOException($"cannot listen on any port from {firstPort} to {lastPort}: address already in use");
    }

    internal void Remove(IPEndPoint listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    internal void Remove(InMemoryConnection connection)
    {
        lock (_gate)
            _connections.Remove(connection);
    }

    private (InMemoryConnection A, InMemoryConnection B) Connect(IPEndPoint a, IPEndPoint b, InMemoryLink link)
    {
        var there = new InMemoryPipe(timeProvider, link, Traffic(a.Address, b.Address));
        var back = new InMemoryPipe(timeProvider, link, Traffic(b.Address, a.Address));
        var near = new InMemoryConnection(this, new InMemoryStream(back, there), a, b);
        var far = new InMemoryConnection(this, new InMemoryStream(there, back), b, a);
        lock (_gate)
            _connections.AddRange([near, far]);
        return (near, far);
    }

    private ByteCount Traffic(IPAddress from, IPAddress to) => _traffic.GetOrAdd((from, to), static _ => new ByteCount());

    private int NextPort() => Interlocked.Increment(ref _nextPort);
}

internal sealed class InMemoryHost(InMemoryNetwork network, IPAddress address) : ITransport
{
    public ValueTask<ITransportConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        network.DialAsync(address, remote, cancellationToken);

    // A host has one address, so the address to bind is ignored.
    public ITransportListener Listen(IPAddress? bindAddress, int firstPort, int lastPort) => network.Listen(address, firstPort, lastPort);
}

internal sealed class InMemoryConnection(InMemoryNetwork network, InMemoryStream stream, IPEndPoint local, IPEndPoint remote) : ITransportConnection
{
    public Stream Stream => stream;

    public IPEndPoint RemoteEndPoint => remote;

    public IPEndPoint LocalEndPoint => local;

    /// <summary>Breaks both directions at once, at both ends.</summary>
    public void Break()
    {
        stream.Break();
        network.Remove(this);
    }

    public ValueTask DisposeAsync()
    {
        network.Remove(this);
        return stream.DisposeAsync();
    }
}

internal sealed class InMemoryListener(InMemoryNetwork network, IPEndPoint endPoint) : ITransportListener
{
    private readonly System.Threading.Channels.Channel<InMemoryConnection> _waiting =
        System.Threading.Channels.Channel.CreateBounded<InMemoryConnection>(128);

    public int Port => endPoint.Port;

    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken);
        }
        catch (System.Threading.Channels.ChannelClosedException e)
        {
            throw new ObjectDisposedException("the listener was closed", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        network.Remove(endPoint);
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out InMemoryConnection? waiting))
            await waiting.DisposeAsync();
    }

    internal bool TryOffer(InMemoryConnection connection) => _waiting.Writer.TryWrite(connection);
}

/// <summary>Counts the bytes that one host sends to another. Safe for all threads.</summary>
internal sealed class ByteCount
{
    private long _sent;
    private long _taken;

    /// <summary>Bytes that the sender has passed to its sockets.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes that the receiver has read from its sockets.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public void OnSent(int bytes) => Interlocked.Add(ref _sent, bytes);

    public void OnTaken(int bytes) => Interlocked.Add(ref _taken, bytes);
}
