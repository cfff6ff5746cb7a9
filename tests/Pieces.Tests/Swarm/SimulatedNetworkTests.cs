using Pieces.Tests.Swarm.Simulation;

namespace Pieces.Tests.Swarm;

/// <summary>Lines and latency of the simulated network. Only the thread of the test advances its clock.</summary>
[Trait("Tier", "Pure")]
public class SimulatedNetworkTests
{
    private const int KiB = 1024;
    private static readonly double MiB = 1024 * KiB;

    private readonly SimulatedTime _time = new();
    private readonly SimulatedNetwork _network;

    public SimulatedNetworkTests() => _network = new SimulatedNetwork(_time, new SimulatedLinks(), seed: 1);

    [Fact]
    public void A_line_carries_its_rate_and_what_it_carries_comes_after_the_latency()
    {
        SimulatedPipe pipe = Pipe(_network.AddHost(MiB, 0), _network.AddHost(0, 0), latency: 0.1);
        Task writing = pipe.WriteAsync(new byte[48 * KiB], Token).AsTask();
        writing.IsCompletedSuccessfully.Should().BeTrue();
        ReadAll(pipe, 48 * KiB).Should().BeApproximately((48.0 / KiB) + 0.1, 0.001);
    }

    [Fact]
    public void Connections_of_a_host_share_its_line()
    {
        SimulatedHost sender = _network.AddHost(MiB, 0);
        SimulatedPipe[] pipes = [.. Enumerable.Range(0, 4).Select(_ => Pipe(sender, _network.AddHost(0, 0), latency: 0))];
        foreach (SimulatedPipe pipe in pipes)
            _ = pipe.WriteAsync(new byte[128 * KiB], Token).AsTask();
        while (_time.Seconds < 0.25 && _time.Step())
        {
        }

        foreach (SimulatedPipe pipe in pipes)
            pipe.Readable.Should().BeInRange(3 * SimulatedUplink.Quantum, 5 * SimulatedUplink.Quantum, "each has had its turns");
    }

    [Fact]
    public void A_small_message_does_not_wait_behind_the_blocks_of_others()
    {
        SimulatedHost sender = _network.AddHost(MiB, 0);
        _ = Pipe(sender, _network.AddHost(0, 0), latency: 0).WriteAsync(new byte[64 * KiB], Token).AsTask();
        SimulatedPipe quick = Pipe(sender, _network.AddHost(0, 0), latency: 0);
        _ = quick.WriteAsync(new byte[9], Token).AsTask();
        ReadAll(quick, 9).Should().BeLessThan(0.001);
    }

    [Fact]
    public void A_receivers_line_is_shared_too()
    {
        SimulatedHost receiver = _network.AddHost(0, MiB);
        SimulatedPipe first = Pipe(_network.AddHost(0, 0), receiver, latency: 0);
        SimulatedPipe second = Pipe(_network.AddHost(0, 0), receiver, latency: 0);
        _ = first.WriteAsync(new byte[64 * KiB], Token).AsTask();
        _ = second.WriteAsync(new byte[64 * KiB], Token).AsTask();
        ReadAll(first, 64 * KiB);
        ReadAll(second, 64 * KiB).Should().BeApproximately(128.0 / KiB, 0.001);
    }

    [Fact]
    public void A_reader_that_does_not_read_stops_the_writer()
    {
        SimulatedPipe pipe = Pipe(_network.AddHost(MiB, 0), _network.AddHost(0, 0), latency: 0.01);
        Task writing = pipe.WriteAsync(new byte[1024 * KiB], Token).AsTask();
        while (_time.Step())
        {
        }

        writing.IsCompleted.Should().BeFalse();
        pipe.Readable.Should().Be(new SimulatedLinks().Window);
        byte[] rest = new byte[1024 * KiB];
        int read = 0;
        do
            read += pipe.Take(rest.AsSpan(read));
        while (_time.Step() || pipe.Readable > 0);
        read.Should().Be(1024 * KiB);
    }

    [Fact]
    public void Round_trips_are_spread_as_they_should_be()
    {
        double[] sorted = [.. Enumerable.Range(1, 20_000).Select(i => (double)_network.RoundTrip(i, i + 7) / TimeSpan.TicksPerSecond).Order()];
        sorted[10_000].Should().BeApproximately(0.080, 0.003);
        sorted[19_800].Should().BeApproximately(0.400, 0.04);
        _network.RoundTrip(3, 4).Should().Be(_network.RoundTrip(4, 3));
    }

    [Fact]
    public void Timers_fire_at_their_time_and_not_after_they_were_changed_or_disposed()
    {
        List<double> fired = [];
        using ITimer once = _time.CreateTimer(_ => fired.Add(_time.Seconds), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        ITimer again = _time.CreateTimer(_ => fired.Add(-_time.Seconds), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        once.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        while (_time.Seconds < 6)
            _time.Step();
        again.Dispose();
        _time.Step();
        _time.Step().Should().BeFalse();
        fired.Should().Equal(-2, 3, -4, -6);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SimulatedPipe Pipe(SimulatedHost from, SimulatedHost to, double latency) =>
        new(from, to, _network.Links, SimulatedTime.TicksOf(latency));

    // Reads a number of bytes, and returns the time at which the last one arrived.
    private double ReadAll(SimulatedPipe pipe, int count)
    {
        byte[] bytes = new byte[count];
        int read = 0;
        while ((read += pipe.Take(bytes.AsSpan(read))) < count)
            _time.Step().Should().BeTrue("everything comes");
        return _time.Seconds;
    }
}
