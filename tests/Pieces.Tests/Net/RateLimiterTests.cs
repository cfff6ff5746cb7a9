using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

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
    public void What_passes_in_ten_seconds_is_ten_seconds_worth(long rate)
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(rate));
        long passed = 0;
        for (int i = 0; i < 500; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            passed += TakeAll(limiter, limiter.Quantum);
        }

        passed.Should().BeInRange((long)(rate * 9.9), (long)(rate * 10.2) + limiter.Quantum);
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
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(_ => limiter.AcquireAsync(1000, Token).AsTask())];
        for (int i = 0; i < waiting.Length; i++)
        {
            waiting[i..].Should().NotContain(task => task.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(1));
            await waiting[i].WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }

    [Fact]
    public void A_parent_limits_all_its_children_together()
    {
        var time = new FakeTimeProvider();
        using var parent = new RateLimiter(time, new ByteRate(10_000));
        using var a = new RateLimiter(time, ByteRate.Unlimited, parent);
        using var b = new RateLimiter(time, new ByteRate(1_000_000), parent);
        long passed = 0;
        for (int i = 0; i < 250; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            passed += TakeAll(i % 2 == 0 ? a : b, 1024);
        }

        passed.Should().BeInRange(49_000, 53_100);
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

    // What is granted without waiting; who would have to wait gives up.
    private static long TakeAll(RateLimiter limiter, int bytes)
    {
        long taken = 0;
        using var giveUp = new CancellationTokenSource();
        while (limiter.AcquireAsync(bytes, giveUp.Token).AsTask().IsCompletedSuccessfully)
            taken += bytes;
        giveUp.Cancel();
        return taken;
    }
}
