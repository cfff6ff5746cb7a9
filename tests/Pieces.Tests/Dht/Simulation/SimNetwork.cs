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

    /// <summary>The time has been reached for which the host last asked to be woken.</summary>
    void Wake();
}

/// <summary>
/// A network in memory and the queue of its events. It has one thread, simulated time and seeded random numbers. The round-trip times of all pairs of
/// hosts have a log-normal distribution, and that of one pair never changes. Each datagram may be lost.
/// </summary>
internal sealed class SimNetwork(SimClock clock, int seed, double loss)
{
    private static readonly double Median = TimeSpan.FromMilliseconds(80).TotalSeconds;

    // The 99th percentile of the round-trip times, 2.326 standard deviations above the median, is 400 ms.
    private static readonly double Sigma = Math.Log(400.0 / 80.0) / 2.326348;

    private readonly PriorityQueue<Happening, (long Time, long Order)> _queue = new();
    private readonly Dictionary<CompactEndPoint, ISimHost> _hosts = [];
    private readonly Random _random = new(seed);
    private long _order;

    /// <summary>Number of datagrams sent so far.</summary>
    public long Sent { get; private set; }

    public void Attach(CompactEndPoint endPoint, ISimHost host) => _hosts.Add(endPoint, host);

    public void Detach(CompactEndPoint endPoint) => _hosts.Remove(endPoint);

    public bool IsTaken(CompactEndPoint endPoint) => _hosts.ContainsKey(endPoint);

    /// <summary>Sends a copy of a datagram.</summary>
    public void Send(ReadOnlySpan<byte> datagram, CompactEndPoint from, CompactEndPoint to)
    {
        Sent++;
        if (_random.NextDouble() < loss)
            return;
        Add(clock.Now + (RoundTrip(from, to) / 2), new Happening(null, datagram.ToArray(), from, to, null));
    }

    /// <summary>Wakes a host at a given time, unless it asks for another time before then.</summary>
    public void WakeAt(TimeSpan time, ISimHost host) => Add(time, new Happening(host, null, default, default, null));

    /// <summary>Schedules an action.</summary>
    public void At(TimeSpan time, Action action) => Add(time, new Happening(null, null, default, default, action));

    /// <summary>Advances the time to <paramref name="end"/>.</summary>
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

    /// <summary>Returns the round-trip time between two hosts.</summary>
    public TimeSpan RoundTrip(CompactEndPoint a, CompactEndPoint b)
    {
        ulong mixed = (ulong)a.Host ^ (ulong)b.Host ^ ((ulong)seed << 32);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = ((ulong)a.Host + (ulong)b.Host + (mixed ^ (mixed >> 27))) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        // The two halves of one random number are two uniform numbers, which give one normally distributed number (Box-Muller transform).
        double first = ((mixed >> 32) + 1) / (double)(1L << 32);
        double second = (uint)mixed / (double)(1L << 32);
        double normal = Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
        return TimeSpan.FromSeconds(Median * Math.Exp(Sigma * normal));
    }

    private void Add(TimeSpan time, Happening happening) => _queue.Enqueue(happening, (time.Ticks, _order++));

    /// <summary>This is a class and not a struct, because the queue moves its entries.</summary>
    private sealed record Happening(ISimHost? Host, byte[]? Datagram, CompactEndPoint From, CompactEndPoint To, Action? Action);
}
