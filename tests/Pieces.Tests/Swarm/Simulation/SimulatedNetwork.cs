using System.Net;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Properties of all connections of a simulated network.</summary>
internal sealed record SimulatedLinks
{
    /// <summary>Maximum number of bytes that wait for the uplink in one direction of a connection.</summary>
    public int SendBuffer { get; init; } = 64 * 1024;

    /// <summary>Maximum number of bytes in transit or not yet read, in one direction of a connection.</summary>
    public int Window { get; init; } = 256 * 1024;

    /// <summary>Length of a packet header in bytes. It uses the uplink in addition to the payload.</summary>
    public int Header { get; init; }

    /// <summary>Median of the round-trip times over all pairs of hosts, in seconds.</summary>
    public double MedianSeconds { get; init; } = 0.080;

    /// <summary>99th percentile of the round-trip times over all pairs of hosts, in seconds.</summary>
    public double LateSeconds { get; init; } = 0.400;
}

/// <summary>
/// A network of hosts with uplinks and downlinks. The round-trip times of all pairs of hosts have a log-normal distribution, and that of one pair
/// never changes. One thread at a time.
/// </summary>
internal sealed class SimulatedNetwork
{
    // The 99th percentile of a normal distribution, as the number of standard deviations from the median.
    private const double LateDeviations = 2.326348;

    private readonly Dictionary<IPEndPoint, SimulatedListener> _listeners = [];
    private readonly ulong _seed;
    private readonly double _sigma;
    private int _hosts;

    public SimulatedNetwork(SimulatedTime time, SimulatedLinks links, int seed)
    {
        Time = time;
        Links = links;
        _seed = (ulong)(uint)seed;
        _sigma = links.MedianSeconds > 0 ? Math.Log(Math.Max(links.LateSeconds, links.MedianSeconds) / links.MedianSeconds) / LateDeviations : 0;
    }

    public SimulatedTime Time { get; }

    public SimulatedLinks Links { get; }

    /// <summary>Adds a host with an address of its own.</summary>
    /// <param name="up">Rate of the uplink in bytes per second; 0 for no limit.</param>
    /// <param name="down">Rate of the downlink in bytes per second; 0 for no limit.</param>
    public SimulatedHost AddHost(double up, double down)
    {
        int number = ++_hosts;
        return new SimulatedHost(this, number, new IPAddress([20, (byte)(number >> 16), (byte)(number >> 8), (byte)number]), up, down);
    }

    /// <summary>Returns the round-trip time between two hosts, in ticks.</summary>
    public long RoundTrip(int a, int b)
    {
        ulong mixed = _seed << 48 ^ (ulong)Math.Min(a, b) << 24 ^ (ulong)Math.Max(a, b);
        mixed = (mixed + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;

        // The two halves of one random number are two uniform numbers, which give one normally distributed number (Box-Muller transform).
        double first = ((mixed >> 32) + 1) / (double)(1L << 32);
        double second = (uint)mixed / (double)(1L << 32);
        double normal = Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
        return SimulatedTime.TicksOf(Links.MedianSeconds * Math.Exp(_sigma * normal));
    }

    internal SimulatedListener? Find(IPEndPoint endPoint) => _listeners.GetValueOrDefault(endPoint);

    internal SimulatedListener Listen(SimulatedHost host, int port)
    {
        var endPoint = new IPEndPoint(host.Address, port);
        var listener = new SimulatedListener(host, port, () => _listeners.Remove(endPoint));
        return _listeners.TryAdd(endPoint, listener) ? listener : throw new IOException($"cannot listen on port {port}: address already in use");
    }
}
