using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Tests.Net;

public class RateLimiterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Without_a_limit_everything_passes_at_once()
    {
        using var limiter = new RateLimiter(new FakeTimeProvider(), ByteRate.Unlimited);
        for (int i = 0; i < 1000; i++)
            limiter.AcquireAsync(1 << 20, Token).AsTask().IsCompletedSuccessfully.Should().BeTrue();
        limiter.Quantum.Should().Be(int.MaxValue);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    [InlineData(5_000_000)]
    public async Task What_passes_in_ten_seconds_is_ten_seconds_worth(long rate)
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(rate));
        long passed = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task taker = TakeForeverAsync(limiter, limiter.Quantum, count => Interlocked.Add(ref passed, count), stop.Token);
        for (int i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Settle();
        }

        long inTenSeconds = Interlocked.Read(ref passed);
        await stop.CancelAsync();
        await taker;
        inTenSeconds.Should().BeInRange((long)(rate * 9.0), (long)(rate * 10.4) + limiter.Quantum);
    }

    [Fact]
    public void No_pause_buys_more_than_the_burst()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(100_000));
        time.Advance(TimeSpan.FromHours(1));
        int passed = 0;
        while (limiter.AcquireAsync(limiter.Quantum, Token).AsTask().IsCompleted)
            passed += limiter.Quantum;
        passed.Should().BeLessThanOrEqualTo(30_000, "200 ms worth, and one grant may overdraw it");
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_turn()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1000));
        await limiter.AcquireAsync(1000, Token);
        var order = new List<int>();
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(async i =>
        {
            await limiter.AcquireAsync(1000, Token);
            lock (order)
                order.Add(i);
        })];
        for (int i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1.3));
            await Settle(() => Count(order) > i);
        }

        await Task.WhenAll(waiting);
        order.Should().Equal(0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task A_parent_limits_all_its_children_together()
    {
        var time = new FakeTimeProvider();
        using var parent = new RateLimiter(time, new ByteRate(10_000));
        using var a = new RateLimiter(time, ByteRate.Unlimited, parent);
        using var b = new RateLimiter(time, new ByteRate(1_000_000), parent);
        long passed = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task takers = Task.WhenAll(
            TakeForeverAsync(a, 1000, count => Interlocked.Add(ref passed, count), stop.Token),
            TakeForeverAsync(b, 1000, count => Interlocked.Add(ref passed, count), stop.Token));
        for (int i = 0; i < 500; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Settle();
        }

        long inFiveSeconds = Interlocked.Read(ref passed);
        await stop.CancelAsync();
        await takers;
        inFiveSeconds.Should().BeInRange(45_000, 54_000);
        a.Quantum.Should().Be(parent.Quantum, "a child may not take more at once than its parent gives");
    }

    [Fact]
    public async Task A_changed_limit_holds_for_those_who_wait_already()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1));
        await limiter.AcquireAsync(1_000_000, Token);
        Task waiting = limiter.AcquireAsync(1, Token).AsTask();
        waiting.IsCompleted.Should().BeFalse();
        limiter.Rate = ByteRate.Unlimited;
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task One_who_gives_up_does_not_hold_up_the_others()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1000));
        await limiter.AcquireAsync(1000, Token);
        using var giveUp = new CancellationTokenSource();
        Task first = limiter.AcquireAsync(1000, giveUp.Token).AsTask();
        Task second = limiter.AcquireAsync(1000, Token).AsTask();
        await giveUp.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        time.Advance(TimeSpan.FromSeconds(1));
        await second.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task What_was_not_used_comes_back()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1000));
        await limiter.AcquireAsync(200, Token);
        limiter.AcquireAsync(1, Token).AsTask().IsCompleted.Should().BeFalse();
        limiter.Refund(200);
        limiter.AcquireAsync(1, Token).AsTask().IsCompleted.Should().BeTrue();
    }

    private static int Count(List<int> list)
    {
        lock (list)
            return list.Count;
    }

    private static async Task TakeForeverAsync(RateLimiter limiter, int bytes, Action<int> passed, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await limiter.AcquireAsync(bytes, cancellationToken);
                passed(bytes);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    // Lets continuations run that other threads owe; a bound on turns, not on time.
    private static async Task Settle(Func<bool>? until = null)
    {
        for (int i = 0; until is null ? i < 50 : i < 100_000 && !until(); i++)
            await Task.Yield();
    }
}
