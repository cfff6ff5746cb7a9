using System.Net;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Queries;
using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>The behaviour of a simulated node.</summary>
internal enum SimKind
{
    Honest,

    /// <summary>It sends queries and never replies, as behind a NAT that blocks incoming queries.</summary>
    Deaf,

    /// <summary>It takes part so that other nodes know it, and replies with lies.</summary>
    Liar,
}

/// <summary>The node of the program, including gate and codec, on the simulated network.</summary>
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

    /// <summary>Time at which the node joined.</summary>
    public TimeSpan MadeAt { get; }

    public bool IsGone { get; private set; }

    /// <summary>Joins the network through well-known nodes.</summary>
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

    /// <summary>Leaves the network without a message.</summary>
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
        // The node has asked for another time since.
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
        // The core counts time from its creation. The loop of a real node is not woken more often either.
        TimeSpan time = MadeAt + due;
        if (time < _clock.Now + TimeSpan.FromMilliseconds(5))
            time = _clock.Now + TimeSpan.FromMilliseconds(5);
        if (time >= _wakeAt)
            return;
        _wakeAt = time;
        _network.WakeAt(time, this);
    }
}

/// <summary>Random public addresses for simulated hosts. Most of them are in different networks.</summary>
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
