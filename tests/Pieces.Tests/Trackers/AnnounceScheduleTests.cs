using System.Net.Sockets;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Pure")]
public class AnnounceScheduleTests
{
    private static readonly TrackerException Failure = new("gone");

    [Fact]
    public void A_tier_is_shuffled_once_by_the_given_chance()
    {
        string first = Order(ScheduleOf(1, "abcdefgh"));
        Order(ScheduleOf(1, "abcdefgh")).Should().Be(first, "the same seed gives the same order");
        first.Should().NotBe("abcdefgh");
        string.Concat(first.Order()).Should().Be("abcdefgh");
    }

    [Fact]
    public void Tiers_are_not_mixed()
    {
        string order = Order(ScheduleOf(3, "abc", "de"));
        string.Concat(order[..3].Order()).Should().Be("abc");
    }

    [Fact]
    public void One_that_answers_goes_to_the_front_of_its_tier()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "abc", "d");
        TrackerSlot last = schedule.Slots.ElementAt(2);
        Answer(schedule, last, At(0), peers: 1);
        schedule.Slots.First().Should().BeSameAs(last);
    }

    [Fact]
    public void The_next_tier_is_asked_only_when_all_of_the_first_fail()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "ab", "c");
        TrackerSlot[] slots = [.. schedule.Slots];
        schedule.Next(At(0), false).Should().BeSameAs(slots[0]);
        Fail(schedule, slots[0], At(0));
        schedule.Next(At(0), false).Should().BeSameAs(slots[1]);
        Fail(schedule, slots[1], At(0));
        schedule.Next(At(0), false).Should().BeSameAs(slots[2]);
    }

    [Fact]
    public void Nobody_else_is_asked_while_one_answers()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "ab", "c");
        Answer(schedule, schedule.Slots.First(), At(0), peers: 0, interval: 100);
        schedule.Next(At(99), false).Should().BeNull();
        schedule.NextAt(false).Should().Be(At(100));
    }

    [Fact]
    public void While_one_is_being_asked_the_next_in_line_is_given()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a", "b");
        AnnounceSchedule.Begin(schedule.Slots.First(), TimeSpan.Zero);
        schedule.Next(At(0), false).Should().BeSameAs(schedule.Slots.Last());
    }

    [Fact]
    public void One_announce_too_many_waits_until_the_others_are_late()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "abcdefghijkl");
        TimeSpan now = TimeSpan.Zero;
        TakeAll().Should().Be(1, "the first one may answer soon");
        now += AnnounceSchedule.Patience;
        TakeAll().Should().Be(AnnounceSchedule.MaxFresh);
        now += AnnounceSchedule.Patience;
        TakeAll().Should().Be(AnnounceSchedule.MaxFresh);

        int TakeAll()
        {
            int count = 0;
            for (; schedule.NextToAsk(now, needsPeers: false) is { } slot; count++)
                AnnounceSchedule.Begin(slot, now);
            return count;
        }
    }

    [Theory]
    [InlineData(5.0, 2.0, 5.0)]
    [InlineData(0.2, null, 1.0)]
    [InlineData(1000000.0, null, 14400.0)]
    [InlineData(-3.0, null, 1800.0)]
    [InlineData(null, null, 1800.0)]
    public void The_interval_is_the_trackers_within_bounds(double? interval, double? minInterval, double due)
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        Answer(schedule, schedule.Slots.First(), At(0), peers: 1, interval, minInterval);
        schedule.NextAt(needsPeers: false).Should().Be(At(due));
    }

    [Theory]
    [InlineData(5.0, 2.0, 1, 2.0)]
    [InlineData(1800.0, null, 1, 60.0)]
    [InlineData(1800.0, 900.0, 1, 900.0)]
    [InlineData(30.0, null, 1, 30.0)]
    [InlineData(1800.0, 100000.0, 1, 1800.0)]
    [InlineData(1800.0, null, 0, 20.0)]
    [InlineData(1800.0, 300.0, 0, 300.0)]
    public void Need_of_peers_never_goes_below_the_least_interval(double? interval, double? minInterval, int peers, double earliest)
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        Answer(schedule, schedule.Slots.First(), At(0), peers, interval, minInterval);
        schedule.NextAt(needsPeers: true).Should().Be(At(earliest));
        schedule.Next(At(earliest - 0.1), needsPeers: true).Should().BeNull();
    }

    [Fact]
    public void A_lonely_peer_asks_less_often_after_the_first_minutes()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        Answer(schedule, schedule.Slots.First(), At(400), peers: 0, interval: 1800);
        schedule.NextAt(needsPeers: true).Should().Be(At(460));
    }

    [Fact]
    public void When_peers_are_needed_a_tier_that_names_nobody_is_passed_over()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a", "b");
        Answer(schedule, schedule.Slots.First(), At(0), peers: 0);
        schedule.Next(At(1), needsPeers: false).Should().BeNull();
        schedule.Next(At(1), needsPeers: true).Should().BeSameAs(schedule.Slots.Last());
    }

    [Fact]
    public void When_peers_are_needed_a_tier_that_names_peers_is_not_passed_over()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a", "b");
        Answer(schedule, schedule.Slots.First(), At(0), peers: 1);
        schedule.Next(At(1), needsPeers: true).Should().BeNull();
    }

    [Fact]
    public void A_strict_schedule_passes_nobody_over_who_answers()
    {
        var schedule = new AnnounceSchedule([[new NamedTracker("a")], [new NamedTracker("b")]], new Random(1), isStrict: true);
        Answer(schedule, schedule.Slots.First(), At(0), peers: 0);
        schedule.Next(At(1), needsPeers: true).Should().BeNull();
    }

    [Fact]
    public void Back_off_doubles_with_jitter_up_to_its_limit()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        TrackerSlot slot = schedule.Slots.First();
        for (int failure = 1; failure <= 40; failure++)
        {
            double wait = Fail(schedule, slot, At(0))!.Value.TotalSeconds;
            double plain = Math.Min(5 * Math.Pow(2, failure - 1), 1800);
            wait.Should().BeInRange(plain * 0.8, plain * 1.2);
            schedule.NextAt(false).Should().Be(At(wait));
        }
    }

    [Fact]
    public void Back_off_is_not_the_same_for_everybody() =>
        Fail(ScheduleOf(1, "a"), At(0)).Should().NotBe(Fail(ScheduleOf(2, "a"), At(0))!.Value);

    [Fact]
    public void An_answer_ends_the_back_off()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        TrackerSlot slot = schedule.Slots.First();
        for (int i = 0; i < 8; i++)
            Fail(schedule, slot, At(0));
        Answer(schedule, slot, At(0), peers: 1);
        Fail(schedule, slot, At(0))!.Value.TotalSeconds.Should().BeLessThan(7);
    }

    [Theory]
    [InlineData(SocketError.NetworkUnreachable, 5)]
    [InlineData(SocketError.TryAgain, 5)]
    [InlineData(SocketError.HostUnreachable, 60)]
    public void A_network_of_ours_that_is_down_is_not_held_against_a_tracker(SocketError error, int seconds)
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        TrackerSlot slot = schedule.Slots.First();
        var failure = new TrackerException("offline", new IOException("no way", new SocketException((int)error)));
        for (int i = 0; i < 30; i++)
            schedule.Fail(slot, At(0), failure)!.Value.TotalSeconds.Should().BeInRange(4, seconds);
    }

    [Fact]
    public void Retry_in_is_honoured()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        schedule.Fail(schedule.Slots.First(), At(10), new TrackerException("later") { RetryIn = TimeSpan.FromMinutes(5) });
        schedule.NextAt(true).Should().Be(At(310));
    }

    [Fact]
    public void Retry_never_drops_the_tracker()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        schedule.Fail(schedule.Slots.First(), At(0), new TrackerException("never") { IsFinal = true }).Should().BeNull();
        schedule.NextAt(true).Should().BeNull();
        schedule.Next(At(1e6), true).Should().BeNull();
    }

    [Fact]
    public void A_failed_tracker_of_the_first_tier_is_tried_again_before_the_one_that_answers_is_due()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a", "b");
        TrackerSlot first = schedule.Slots.First();
        Fail(schedule, first, At(0));
        Answer(schedule, schedule.Slots.Last(), At(0), peers: 1, interval: 1800);
        schedule.NextAt(false)!.Value.TotalSeconds.Should().BeLessThan(10);
        schedule.Next(At(10), false).Should().BeSameAs(first);
    }

    [Fact]
    public void Completed_is_due_at_once()
    {
        AnnounceSchedule schedule = ScheduleOf(1, "a");
        Answer(schedule, schedule.Slots.First(), At(0), peers: 1, interval: 1800, minInterval: 900);
        schedule.Slots.First().IsOwedCompleted = true;
        schedule.Next(At(0), false).Should().BeSameAs(schedule.Slots.First());
    }

    [Fact]
    public void Everybody_refused_only_when_all_did_and_nobody_ever_named_a_peer()
    {
        var refusal = new TrackerException("no") { IsRefusal = true };
        AnnounceSchedule schedule = ScheduleOf(1, "ab");
        TrackerSlot[] slots = [.. schedule.Slots];
        schedule.EveryTrackerRefused.Should().BeFalse();
        schedule.Fail(slots[0], At(0), refusal);
        schedule.EveryTrackerRefused.Should().BeFalse();
        Fail(schedule, slots[1], At(0));
        schedule.EveryTrackerRefused.Should().BeFalse("no answer is no refusal");
        schedule.Fail(slots[1], At(0), refusal);
        schedule.EveryTrackerRefused.Should().BeTrue();
        Answer(schedule, slots[1], At(0), peers: 1);
        schedule.Fail(slots[1], At(0), refusal);
        schedule.EveryTrackerRefused.Should().BeFalse();
    }

    [Fact]
    public void Without_trackers_there_is_nothing_to_do()
    {
        var schedule = new AnnounceSchedule([], new Random(1));
        schedule.NextAt(true).Should().BeNull();
        schedule.EveryTrackerRefused.Should().BeFalse();
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static AnnounceSchedule ScheduleOf(int seed, params string[] tiers) =>
        new(tiers.Select(tier => tier.Select(name => (ITracker)new NamedTracker(name.ToString())).ToArray()), new Random(seed));

    private static string Order(AnnounceSchedule schedule) => string.Concat(schedule.Slots.Select(slot => slot.Tracker.DisplayUrl));

    private static void Answer(
        AnnounceSchedule schedule, TrackerSlot slot, TimeSpan now, int peers, double? interval = null, double? minInterval = null) =>
        schedule.Succeed(
            slot, now, peers, interval is { } i ? TimeSpan.FromSeconds(i) : null, minInterval is { } m ? TimeSpan.FromSeconds(m) : null);

    private static TimeSpan? Fail(AnnounceSchedule schedule, TimeSpan now) => Fail(schedule, schedule.Slots.First(), now);

    private static TimeSpan? Fail(AnnounceSchedule schedule, TrackerSlot slot, TimeSpan now) => schedule.Fail(slot, now, Failure);

    private sealed class NamedTracker(string name) : ITracker
    {
        public string DisplayUrl => name;

        public Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
