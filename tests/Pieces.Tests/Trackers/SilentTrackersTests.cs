using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

/// <summary>How long silent trackers delay one that responds. The test runs the schedule from one due time to the next.</summary>
[Trait("Tier", "Pure")]
public class SilentTrackersTests
{
    private const string Live = "live";

    [Theory]
    [InlineData(false, 0, 0)]
    [InlineData(false, 1, 5)]
    [InlineData(false, 4, 5)]
    [InlineData(false, 11, 15)]
    [InlineData(true, 1, 10)]
    [InlineData(true, 2, 20)]
    [InlineData(true, 11, 110)]
    public void Each_holds_it_up_for_a_few_seconds_and_is_asked_once_before(bool isPrivate, int silent, double seconds)
    {
        foreach (bool isOneTier in new[] { false, true })
        {
            string[] names = [.. Enumerable.Range(0, silent).Select(i => $"silent{i}"), Live];
            IReadOnlyList<ITracker>[] tiers = isOneTier && silent == 0 ? [[new Named(Live)]]
                : isOneTier ? [[.. names[..^1].Select(name => new Named(name))], [new Named(Live)]]
                : [.. names.Select(name => (IReadOnlyList<ITracker>)[new Named(name)])];
            var schedule = new AnnounceSchedule(tiers, new Random(1), isPrivate);
            (TimeSpan at, List<string> asked) = RunUntilLive(schedule);
            at.Should().Be(TimeSpan.FromSeconds(seconds));
            asked.Should().BeEquivalentTo(names);
        }
    }

    [Fact]
    public void A_private_torrent_asks_in_the_order_of_its_tiers()
    {
        IReadOnlyList<ITracker>[] tiers = [[new Named("first")], [new Named("second")], [new Named(Live)]];
        RunUntilLive(new AnnounceSchedule(tiers, new Random(1), isStrict: true)).Asked.Should().Equal("first", "second", Live);
    }

    [Fact]
    public void One_that_answers_ends_the_asking_of_others()
    {
        IReadOnlyList<ITracker>[] tiers = [[new Named("first")], [new Named("second")], [new Named("third")]];
        var schedule = new AnnounceSchedule(tiers, new Random(1));
        TrackerSlot first = schedule.NextToAsk(TimeSpan.Zero, needsPeers: true)!;
        AnnounceSchedule.Begin(first, TimeSpan.Zero);
        schedule.NextToAsk(TimeSpan.Zero, needsPeers: true).Should().BeNull();
        schedule.NextTurn(TimeSpan.Zero, needsPeers: true).Should().Be(AnnounceSchedule.Patience);
        schedule.Succeed(first, TimeSpan.FromSeconds(1), peers: 5, interval: null, minInterval: null);
        schedule.NextToAsk(TimeSpan.FromSeconds(2), needsPeers: true).Should().BeNull("it has named peers");
    }

    private static (TimeSpan At, List<string> Asked) RunUntilLive(AnnounceSchedule schedule)
    {
        var asked = new List<string>();
        TimeSpan now = TimeSpan.Zero;
        while (true)
        {
            foreach (TrackerSlot silent in schedule.Slots.Where(slot => slot.IsBusy && now - slot.BegunAt >= Announcer.AnnounceTimeout).ToArray())
                schedule.Fail(silent, now, new TrackerException("no answer"));
            while (schedule.NextToAsk(now, needsPeers: true) is { } slot)
            {
                asked.Add(slot.Tracker.DisplayUrl);
                if (slot.Tracker.DisplayUrl == Live)
                    return (now, asked);
                AnnounceSchedule.Begin(slot, now);
            }

            TimeSpan turn = schedule.NextTurn(now, needsPeers: true) ?? TimeSpan.MaxValue;
            TimeSpan end = schedule.Slots.Where(slot => slot.IsBusy).Select(slot => slot.BegunAt + Announcer.AnnounceTimeout).Min();
            now = turn < end ? turn : end;
        }
    }

    private sealed class Named(string name) : ITracker
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
