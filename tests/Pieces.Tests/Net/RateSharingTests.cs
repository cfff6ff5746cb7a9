using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

/// <summary>Streams that share rate limits. The bytes of each are counted at its other end.</summary>
[Collection(Swarm.SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class RateSharingTests
{
    private const int Rate = 200_000;
    private const int Seconds = 10;

    // The tolerance covers one grant in transit and one that is waited for.
    private const double Slack = 0.05;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int, int, bool> Crowds
    {
        get
        {
            var crowds = new TheoryData<int, int, bool>();
            foreach ((int torrents, int peers) in new[] { (1, 1), (1, 20), (5, 1), (5, 4), (5, 20) })
            {
                crowds.Add(torrents, peers, true);
                crowds.Add(torrents, peers, false);
            }

            return crowds;
        }
    }

    [Theory]
    [MemberData(nameof(Crowds))]
    public async Task A_limit_holds_over_ten_seconds_and_in_each_of_them_and_all_get_the_same(int torrents, int peers, bool isUp)
    {
        await using var crowd = new Crowd(isUp);
        for (int t = 0; t < torrents; t++)
        {
            RateLimiter torrent = crowd.Limiter(ByteRate.Unlimited, crowd.Client);
            for (int p = 0; p < peers; p++)
                crowd.Add(torrent, hunger: 64 * 1024);
        }

        await crowd.PassAsync(1);
        double[] shares = await crowd.MeasureAsync(Seconds);
        shares.Sum().Should().BeApproximately(Rate, Rate * 0.01);
        crowd.MostInOneSecond.Should().BeLessThan(Rate * 1.2, "what a pause leaves is a tenth of a second's worth, a grant at most a twentieth");
        (shares.Max() / shares.Min()).Should().BeLessThan(torrents * peers > 50 ? 1.6 : 1.1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_asks_for_more_at_a_time_gets_no_more(bool isUp)
    {
        await using var crowd = new Crowd(isUp);
        for (int p = 0; p < 10; p++)
            crowd.Add(crowd.Client, hunger: p % 2 == 0 ? 64 * 1024 : 1500);
        await crowd.PassAsync(1);
        double[] shares = await crowd.MeasureAsync(Seconds);
        shares.Sum().Should().BeApproximately(Rate, Rate * 0.01);
        (shares.Max() / shares.Min()).Should().BeLessThan(1.1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Limits_within_limits_hold_and_what_one_leaves_goes_to_the_others(bool isUp)
    {
        await using var crowd = new Crowd(isUp);
        RateLimiter slow = crowd.Limiter(new ByteRate(Rate * 3 / 10), crowd.Client);
        RateLimiter free = crowd.Limiter(ByteRate.Unlimited, crowd.Client);
        crowd.Add(slow, hunger: 64 * 1024);
        crowd.Add(crowd.Limiter(new ByteRate(Rate / 20), slow), hunger: 64 * 1024);
        crowd.Add(free, hunger: 64 * 1024);
        await crowd.PassAsync(1);
        double[] shares = await crowd.MeasureAsync(Seconds);
        double[] expected = [Rate * 0.25, Rate * 0.05, Rate * 0.7];
        for (int i = 0; i < shares.Length; i++)
            shares[i].Should().BeApproximately(expected[i], expected[i] * 0.03, "stream {0}", i);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_wants_little_gets_it_and_the_hungry_share_the_rest(bool isUp)
    {
        await using var crowd = new Crowd(isUp);
        crowd.Add(crowd.Client, hunger: 200, pause: TimeSpan.FromMilliseconds(20));
        for (int p = 0; p < 4; p++)
            crowd.Add(crowd.Client, hunger: 64 * 1024);
        await crowd.PassAsync(1);
        double[] shares = await crowd.MeasureAsync(Seconds);
        shares[0].Should().BeGreaterThan(4000, "each of its wishes is granted within a few turns of the others");
        shares[1..].Should().AllSatisfy(share => share.Should().BeApproximately((Rate - shares[0]) / 4, Rate * 0.01));
    }

    private sealed class Crowd : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly InMemoryNetwork _network;
        private readonly bool _isUp;
        private readonly List<RateLimiter> _limiters = [];
        private readonly List<long> _taken = [];
        private readonly List<Task> _tasks = [];
        private readonly Queue<(long At, long Total)> _history = new();
        private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
        private readonly long[] _counts = new long[128];
        private readonly long _start;

        public Crowd(bool isUp)
        {
            _isUp = isUp;
            _start = _time.GetTimestamp();
            _network = new InMemoryNetwork(_time);
            Client = Limiter(new ByteRate(Rate), null);
        }

        public RateLimiter Client { get; }

        private long Total => Enumerable.Range(0, _taken.Count).Sum(i => Interlocked.Read(ref _counts[i]));

        public double MostInOneSecond { get; private set; }

        public RateLimiter Limiter(ByteRate rate, RateLimiter? parent)
        {
            var limiter = new RateLimiter(_time, rate, parent);
            _limiters.Add(limiter);
            return limiter;
        }

        /// <summary>Adds a limited stream whose other end sends or reads as fast as possible.</summary>
        public void Add(RateLimiter limiter, int hunger, TimeSpan pause = default)
        {
            (InMemoryConnection near, InMemoryConnection far) = _network.Pair();
            var stream = new ThrottledStream(near.Stream, _isUp ? null : limiter, _isUp ? limiter : null);
            int index = _taken.Count;
            _taken.Add(0);
            _tasks.Add(UntilStopped(_isUp ? WriteAsync(stream, hunger, pause) : WriteAsync(far.Stream, 64 * 1024, default)));
            _tasks.Add(UntilStopped(_isUp ? ReadAsync(far.Stream, 64 * 1024, default, index) : ReadAsync(stream, hunger, pause, index)));
        }

        public async Task PassAsync(double seconds)
        {
            for (double passed = 0; passed < seconds; passed += Step.TotalSeconds)
            {
                // The clock must not outrun tasks that are ready, however busy the machine is. If a limit lets too little through, the clock stops
                // for good.
                _time.Advance(Step);
                double due = (Rate * (_time.GetElapsedTime(_start).TotalSeconds - Slack)) - 1;
                await FakeTimeSteps.UntilAsync(() => Total >= due, Token);

                // A stream that is between two requests when the clock advances would leave its share to the others.
                await TestSwarm.SettleAsync(static () => false);
                Note();
            }
        }

        /// <summary>Returns the rate of each stream in bytes per second.</summary>
        public async Task<double[]> MeasureAsync(int seconds)
        {
            long[] before = [.. _counts];
            await PassAsync(seconds);
            return [.. _taken.Select((_, i) => (double)(Volatile.Read(ref _counts[i]) - before[i]) / seconds)];
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await Task.WhenAll(_tasks);
            _limiters.ForEach(limiter => limiter.Dispose());
            _stopping.Dispose();
        }

        private void Note()
        {
            long now = _time.GetTimestamp(), total = Total;
            _history.Enqueue((now, total));
            while (_time.GetElapsedTime(_history.Peek().At, now) > TimeSpan.FromSeconds(1))
                _history.Dequeue();
            MostInOneSecond = Math.Max(MostInOneSecond, total - _history.Peek().Total);
        }

        private async Task WriteAsync(Stream stream, int length, TimeSpan pause)
        {
            byte[] bytes = new byte[length];
            while (true)
            {
                await stream.WriteAsync(bytes, _stopping.Token);
                await PauseAsync(pause);
            }
        }

        private async Task ReadAsync(Stream stream, int length, TimeSpan pause, int index)
        {
            byte[] bytes = new byte[length];
            while (true)
            {
                Interlocked.Add(ref _counts[index], await stream.ReadAsync(bytes, _stopping.Token));
                await PauseAsync(pause);
            }
        }

        // Between two steps of the clock a stream transfers all that the limit permits, so a task has to pause to let the others run.
        private Task PauseAsync(TimeSpan pause) => pause > TimeSpan.Zero ? Task.Delay(pause, _time, _stopping.Token) : Task.CompletedTask;

        private static async Task UntilStopped(Task task)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
