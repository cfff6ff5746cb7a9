using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class RateLimiterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Without_a_limit_everything_passes_at_once_and_nothing_is_allocated()
    {
        using var client = new RateLimiter(new FakeTimeProvider(), ByteRate.Unlimited);
        using var torrent = new RateLimiter(new FakeTimeProvider(), ByteRate.Unlimited, client);
        using var peer = new RateLimiter(new FakeTimeProvider(), ByteRate.Unlimited, torrent);
        var tap = new RateTap(peer);
        tap.AcquireAsync(1, CancellationToken.None).AsTask().IsCompletedSuccessfully.Should().BeTrue();
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isImmediate = true;
        for (int i = 0; i < 1000; i++)
            isImmediate &= !tap.IsLimited && tap.AcquireAsync(1 << 20, CancellationToken.None).AsTask().IsCompletedSuccessfully;
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        isImmediate.Should().BeTrue();
        tap.Quantum.Should().Be(int.MaxValue);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    [InlineData(50_000_000)]
    public void What_passes_in_ten_seconds_is_ten_seconds_worth(long rate)
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(rate));
        var tap = new RateTap(limiter);
        long passed = 0;
        for (int i = 0; i < 500; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            passed += TakeAll(tap, tap.Quantum);
        }

        passed.Should().BeInRange((long)(rate * 9.9), (rate * 10) + tap.Quantum);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(50_000_000)]
    public void No_grant_is_more_than_a_twentieth_of_a_second(long rate)
    {
        using var limiter = new RateLimiter(new FakeTimeProvider(), new ByteRate(rate));
        limiter.Quantum.Should().BeInRange(1, (int)Math.Max(1, rate / 20));
    }

    [Fact]
    public void No_pause_buys_more_than_the_burst()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(100_000));
        time.Advance(TimeSpan.FromHours(1));
        var tap = new RateTap(limiter);
        TakeAll(tap, tap.Quantum).Should().BeInRange(10_000, 12_000, "100 ms worth, and one grant may overdraw it");
    }

    [Theory]
    [InlineData(300)]
    [InlineData(450)]
    public async Task A_late_timer_loses_nothing_of_what_somebody_waited_for(int step)
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(100_000));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var tap = new RateTap(limiter);
        long passed = 0;
        Task taking = TakeAsync();
        for (long at = step; at <= 30_000; at += step)
        {
            time.Advance(TimeSpan.FromMilliseconds(step));
            long due = at * 100;

            // The clock may advance only while a request waits. Otherwise tokens beyond the burst would be lost.
            while (passed < due || taking.IsCompleted)
            {
                await taking.WaitAsync(TimeSpan.FromSeconds(60), Token);
                passed += 2000;
                passed.Should().BeLessThanOrEqualTo(due + 2000);
                taking = TakeAsync();
            }
        }

        await stopping.CancelAsync();
        await FluentActions.Awaiting(() => taking).Should().ThrowAsync<OperationCanceledException>();

        Task TakeAsync() => tap.AcquireAsync(2000, stopping.Token).AsTask();
    }

    [Fact]
    public async Task However_long_a_timer_is_late_there_is_no_more_at_once_than_half_a_second()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(100_000));
        using var stopping = new CancellationTokenSource();
        TakeAll(new RateTap(limiter), 2000);
        Task[] waiting = [.. Enumerable.Range(0, 500).Select(_ => new RateTap(limiter).AcquireAsync(2000, stopping.Token).AsTask())];
        time.Advance(TimeSpan.FromHours(1));
        await FakeTimeSteps.UntilAsync(() => waiting.Count(task => task.IsCompletedSuccessfully) >= 24, Token);
        await FakeTimeSteps.SettleAsync();
        waiting.Count(task => task.IsCompletedSuccessfully).Should().BeInRange(24, 26);
        await stopping.CancelAsync();
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_turn()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1000));
        time.Advance(TimeSpan.FromSeconds(1));
        await new RateTap(limiter).AcquireAsync(100, Token);
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(_ => new RateTap(limiter).AcquireAsync(100, Token).AsTask())];
        for (int i = 0; i < waiting.Length; i++)
        {
            await FakeTimeSteps.SettleAsync();
            waiting[i..].Should().NotContain(task => task.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(i == 0 ? 2 : 100));
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
        RateTap[] taps = [new(a), new(b)];
        long passed = 0;
        for (int i = 0; i < 500; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            passed += TakeAll(taps[i % 2], 200);
        }

        passed.Should().BeInRange(99_000, 101_000);
        a.Quantum.Should().Be(parent.Quantum, "a child may not take more at once than its parent gives");
        b.Quantum.Should().Be(parent.Quantum);
    }

    [Fact]
    public async Task A_changed_limit_holds_for_those_who_wait_already()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1));
        time.Advance(TimeSpan.FromSeconds(1));
        await new RateTap(limiter).AcquireAsync(1_000_000, Token);
        Task waiting = new RateTap(limiter).AcquireAsync(1, Token).AsTask();
        waiting.IsCompleted.Should().BeFalse();
        limiter.Rate = ByteRate.Unlimited;
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Token);
        limiter.IsLimited.Should().BeFalse();
    }

    [Fact]
    public async Task One_who_gives_up_does_not_hold_up_the_others()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(1000));
        time.Advance(TimeSpan.FromSeconds(1));
        await new RateTap(limiter).AcquireAsync(1000, Token);
        using var giveUp = new CancellationTokenSource();
        Task first = new RateTap(limiter).AcquireAsync(1000, giveUp.Token).AsTask();
        Task second = new RateTap(limiter).AcquireAsync(1000, Token).AsTask();
        await giveUp.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        for (int i = 0; i < 3; i++)
            time.Advance(TimeSpan.FromMilliseconds(400));
        await second.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task What_was_not_used_comes_back_here_and_in_the_parent()
    {
        var time = new FakeTimeProvider();
        using var parent = new RateLimiter(time, new ByteRate(1000));
        using var limiter = new RateLimiter(time, new ByteRate(1000), parent);
        time.Advance(TimeSpan.FromSeconds(1));
        var tap = new RateTap(limiter);
        await tap.AcquireAsync(100, Token);
        Task waiting = new RateTap(limiter).AcquireAsync(1, Token).AsTask();
        waiting.IsCompleted.Should().BeFalse();
        tap.Refund(100);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Token);
        TakeAll(new RateTap(parent), 9).Should().Be(99, "the one who waited got one of the hundred");
    }

    [Fact]
    public async Task Who_gives_up_at_the_parent_gives_back_what_the_child_granted()
    {
        var time = new FakeTimeProvider();
        using var parent = new RateLimiter(time, new ByteRate(1000));
        using var limiter = new RateLimiter(time, new ByteRate(100_000), parent);
        time.Advance(TimeSpan.FromSeconds(1));
        TakeAll(new RateTap(parent), 1000);
        using var giveUp = new CancellationTokenSource();
        Task waiting = new RateTap(limiter).AcquireAsync(10_000, giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        parent.Rate = ByteRate.Unlimited;
        TakeAll(new RateTap(limiter), 100).Should().BeInRange(10_000, 10_100);
    }

    [Fact]
    public async Task What_passed_already_is_waited_for_by_the_next()
    {
        var time = new FakeTimeProvider();
        using var parent = new RateLimiter(time, new ByteRate(1000));
        using var limiter = new RateLimiter(time, ByteRate.Unlimited, parent);
        time.Advance(TimeSpan.FromSeconds(1));
        limiter.Charge(300);
        Task waiting = new RateTap(parent).AcquireAsync(1, Token).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(195));
        await FakeTimeSteps.SettleAsync();
        waiting.IsCompleted.Should().BeFalse("100 were there, so 200 are owed");
        time.Advance(TimeSpan.FromMilliseconds(10));
        await waiting.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public void A_share_is_the_least_that_any_level_has_for_one()
    {
        using var parent = new RateLimiter(new FakeTimeProvider(), new ByteRate(10_000));
        using var a = new RateLimiter(new FakeTimeProvider(), ByteRate.Unlimited, parent);
        using var b = new RateLimiter(new FakeTimeProvider(), new ByteRate(2000), parent);
        a.AddSharers(4);
        b.AddSharers(1);
        a.Share.Should().Be(new RateShare(2000, 5));
        b.Share.Should().Be(new RateShare(2000, 1));
        b.AddSharers(1);
        b.Share.Should().Be(new RateShare(1000, 2));
        a.AddSharers(-4);
        parent.Share.Should().Be(new RateShare(5000, 2));
        parent.Rate = ByteRate.Unlimited;
        a.Share.Should().Be(RateShare.Unlimited);
    }

    // Takes tokens as long as they are granted without waiting, and returns their number.
    private static long TakeAll(RateTap tap, int bytes)
    {
        long taken = 0;
        using var giveUp = new CancellationTokenSource();
        while (tap.AcquireAsync(bytes, giveUp.Token).AsTask().IsCompletedSuccessfully)
            taken += bytes;
        giveUp.Cancel();
        return taken;
    }

    [Fact]
    public async Task One_that_goes_on_wanting_keeps_its_turn_for_a_while_where_there_are_turns()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(160 * 1024), hasTurns: true);
        RateTap a = new(limiter), b = new(limiter);
        time.Advance(RateLimiter.Burst);
        limiter.TryTake(new RateTap(limiter), 16 * 1024).Should().BeTrue();
        await GrantedAsync(limiter.WaitAsync(a, 4096, Token));

        // A turn of a sixteenth of a second has 10 KiB. Three requests of 4 KiB exceed it.
        Task other = limiter.WaitAsync(b, 4096, Token);
        await GrantedAsync(limiter.WaitAsync(a, 4096, Token));
        await GrantedAsync(limiter.WaitAsync(a, 4096, Token));
        other.IsCompleted.Should().BeFalse();
        Task after = limiter.WaitAsync(a, 4096, Token);
        await GrantedAsync(other);
        after.IsCompleted.Should().BeFalse("its turn is over");
        await GrantedAsync(after);

        Task GrantedAsync(Task taking)
        {
            // This time yields fewer tokens than 4 KiB, so each grant overdraws the bucket.
            time.Advance(TimeSpan.FromMilliseconds(24));
            return taking.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }
    }
}
