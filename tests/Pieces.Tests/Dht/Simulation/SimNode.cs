using System.Net;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Queries;
using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>What a simulated node is like.</summary>
internal enum SimKind
{
    Honest,

    /// <summary>Asks, and never answers: as behind a NAT that lets no question in.</summary>
    Deaf,

    /// <summary>Takes part to be known, and answers with lies.</summary>
    Liar,
}

/// <summary>The shipped node, gate and codec included, on the simulated network.</summary>
internal sealed class SimNode : ISimHost, IDhtWire
{
    private readonly SimNetwork _network;
    private readonly SimClock _clock;
    private readonly DatagramGate _gate;
    private readonly SimLiar? _liar;
    private TimeSpan _wakeAt = TimeSpan.MaxValue;

    public SimNode(SimNetwork network, SimClock clock, CompactEndPoint endPoint, SimKind kind, int seed, SimLiar? liar)
    {
        _network = network;
        _clock = clock;
        EndPoint = endPoint;
        Kind = kind;
        _liar = liar;
        MadeAt = clock.Now;
        var shared = new DhtShared(new DhtOptions { Routers = [], TimeProvider = clock, Random = new Random(seed) }, this);
        var asked = new AskedHosts((ulong)seed);
        Core = new DhtCore(shared, asked);
        _gate = new DatagramGate(shared, asked);
        Core.Open(isV6: false);
    }

    public CompactEndPoint EndPoint { get; }

    public SimKind Kind { get; }

    public DhtCore Core { get; }

    /// <summary>When it joined.</summary>
    public TimeSpan MadeAt { get; }

    public bool IsGone { get; private set; }

    /// <summary>Begins with some nodes that everybody knows.</summary>
    public void Join(IEnumerable<CompactEndPoint> routers)
    {
        _network.Attach(EndPoint, this);
        foreach (CompactEndPoint router in routers)
        {
            if (router != EndPoint)
                Core.AddRouter(router);
        }

        Wake();
    }

    /// <summary>Is there no longer, and tells nobody.</summary>
    public void Leave()
    {
        IsGone = true;
        _network.Detach(EndPoint);
    }

    public void Search(DhtSearch search, IDhtSearchSink sink)
    {
        Core.Search(search, sink);
        Schedule();
    }

    public void Receive(byte[] datagram, CompactEndPoint from)
    {
        bool isQuery = datagram.AsSpan().IndexOf("1:y1:q"u8) >= 0;
        if (isQuery && _liar is not null)
        {
            if (_liar.Answer(datagram, from, EndPoint) is { } lie)
                _network.Send(lie, EndPoint, from);
            return;
        }

        if ((isQuery && Kind == SimKind.Deaf) || !_gate.Admits(datagram, from))
            return;
        Core.Receive(datagram, from);
        Schedule();
    }

    public void Wake()
    {
        // Another time was asked for after this one.
        if (IsGone || _clock.Now < _wakeAt && _wakeAt != TimeSpan.MaxValue)
            return;
        _wakeAt = TimeSpan.MaxValue;
        Core.Tick();
        Schedule();
    }

    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
    {
        _network.Send(datagram, EndPoint, to);
        return true;
    }

    private void Schedule()
    {
        TimeSpan due = Core.NextDue;
        if (due == TimeSpan.MaxValue)
            return;
        // The core counts from when it was made. A loop of a real node is not woken more often either.
        TimeSpan time = MadeAt + due;
        if (time < _clock.Now + TimeSpan.FromMilliseconds(5))
            time = _clock.Now + TimeSpan.FromMilliseconds(5);
        if (time >= _wakeAt)
            return;
        _wakeAt = time;
        _network.WakeAt(time, this);
    }
}

/// <summary>Addresses for simulated hosts: any that the Internet has, each in a network of its own most likely.</summary>
internal static class SimAddress
{
    private static readonly AddressPolicy Policy = new();

    public static CompactEndPoint Create(Random random)
    {
        Span<byte> bytes = stackalloc byte[4];
        while (true)
        {
            random.NextBytes(bytes);
            CompactEndPoint endPoint = CompactEndPoint.From(new IPAddress(bytes), random.Next(1025, 65536));
            if (Policy.MayBeNode(endPoint, allowLoopback: false) && !AddressFacts.IsLocal(endPoint))
                return endPoint;
        }
    }
}
