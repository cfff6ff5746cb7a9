using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>The clock of a simulation.</summary>
internal sealed class SimClock : TimeProvider
{
    public TimeSpan Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;
}

/// <summary>A host on the simulated network.</summary>
internal interface ISimHost
{
    /// <summary>A datagram has arrived.</summary>
    void Receive(byte[] datagram, CompactEndPoint from);

    /// <summary>The time has come that was asked for last.</summary>
    void Wake();
}

/// <summary>
/// A network in memory and the order in which things happen on it: one thread, fake time, seeded chance. The round trip between two hosts is
/// log-normal over all pairs and the same for one pair; each datagram may be lost.
/// </summary>
internal sealed class SimNetwork(SimClock clock, int seed, double loss)
{
    private static readonly double Median = TimeSpan.FromMilliseconds(80).TotalSeconds;

    // The 99th percentile, 2.326 standard deviations out, is 400 ms.
    private static readonly double Sigma = Math.Log(400.0 / 80.0) / 2.326348;

    private readonly PriorityQueue<Happening, (long Time, long Order)> _queue = new();
    private readonly Dictionary<CompactEndPoint, ISimHost> _hosts = [];
    private readonly Random _random = new(seed);
    private long _order;

    /// <summary>Datagrams that were sent.</summary>
    public long Sent { get; private set; }

    public void Attach(CompactEndPoint endPoint, ISimHost host) => _hosts.Add(endPoint, host);

    public void Detach(CompactEndPoint endPoint) => _hosts.Remove(endPoint);

    public bool IsTaken(CompactEndPoint endPoint) => _hosts.ContainsKey(endPoint);

    /// <summary>Sends a copy of a datagram on its way.</summary>
    public void Send(ReadOnlySpan<byte> datagram, CompactEndPoint from, CompactEndPoint to)
    {
        Sent++;
        if (_random.NextDouble() < loss)
            return;
        Add(clock.Now + (RoundTrip(from, to) / 2), new Happening(null, datagram.ToArray(), from, to, null));
    }

    /// <summary>Wakes a host at a time, unless it asks for another time before.</summary>
    public void WakeAt(TimeSpan time, ISimHost host) => Add(time, new Happening(host, null, default, default, null));

    /// <summary>Does something at a time.</summary>
    public void At(TimeSpan time, Action action) => Add(time, new Happening(null, null, default, default, action));

    /// <summary>Lets time pass until <paramref name="end"/>.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_queue.TryPeek(out Happening? next, out (long Time, long Order) when) && when.Time <= end.Ticks)
        {
            _queue.Dequeue();
            clock.Now = TimeSpan.FromTicks(when.Time);
            if (next.Action is not null)
                next.Action();
            else if (next.Datagram is null)
                next.Host!.Wake();
            else if (_hosts.TryGetValue(next.To, out ISimHost? host))
                host.Receive(next.Datagram, next.From);
        }

        clock.Now = end;
    }

    /// <summary>How long a datagram and its answer take between two hosts.</summary>
    public TimeSpan RoundTrip(CompactEndPoint a, CompactEndPoint b)
    {
        ulong mixed = (ulong)a.Host ^ (ulong)b.Host ^ ((ulong)seed << 32);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = ((ulong)a.Host + (ulong)b.Host + (mixed ^ (mixed >> 27))) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        // Two halves of one number are two uniform ones, and those a normal one (Box and Muller).
        double first = ((mixed >> 32) + 1) / (double)(1L << 32);
        double second = (uint)mixed / (double)(1L << 32);
        double normal = Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
        return TimeSpan.FromSeconds(Median * Math.Exp(Sigma * normal));
    }

    private void Add(TimeSpan time, Happening happening) => _queue.Enqueue(happening, (time.Ticks, _order++));

    /// <summary>A class: the queue moves what is in it about.</summary>
    private sealed record Happening(ISimHost? Host, byte[]? Datagram, CompactEndPoint From, CompactEndPoint To, Action? Action);
}
