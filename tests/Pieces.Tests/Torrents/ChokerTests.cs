using Microsoft.Extensions.Time.Testing;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.Uploading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class ChokerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Choker _choker;
    private readonly List<SenderId> _chosen = [];

    public ChokerTests()
    {
        _choker = new Choker(_time, new Random(4));
        _time.Advance(TimeSpan.FromHours(1));
    }

    private static ChokerInput Peer(
        int id, double from = 0, double to = 0, bool interested = true, bool snubbed = false, long unchokedAt = long.MinValue,
        bool withholds = false) =>
        new(new SenderId(id), interested, unchokedAt != long.MinValue, snubbed, from, to, ConnectedAt: 0, unchokedAt, withholds);

    private int[] Decide(bool isSeeding, int slots, params ChokerInput[] peers)
    {
        _choker.Decide(peers, isSeeding, slots, _time.GetTimestamp(), _chosen);
        _chosen.Should().OnlyHaveUniqueItems().And.HaveCountLessThanOrEqualTo(slots);
        return [.. _chosen.Select(id => id.Value)];
    }

    [Fact]
    public void Those_who_give_most_are_unchoked_and_one_more_by_chance()
    {
        ChokerInput[] peers = [.. Enumerable.Range(1, 10).Select(i => Peer(i, from: i * 1000))];
        int[] chosen = Decide(false, 4, peers);
        chosen.Should().HaveCount(4).And.Contain([10, 9, 8]);
    }

    [Fact]
    public void Who_is_not_interested_takes_no_slot() =>
        Decide(false, 4, Peer(1, from: 9000, interested: false), Peer(2), Peer(3)).Should().BeEquivalentTo([2, 3]);

    [Fact]
    public void A_snubbed_peer_loses_its_slot_to_one_who_gives()
    {
        ChokerInput[] peers = [Peer(1, from: 9000, snubbed: true), Peer(2, from: 10), Peer(3, from: 20), Peer(4, from: 30), Peer(5, from: 5)];
        for (int seed = 0; seed < 20; seed++)
            Decide(false, 4, peers).Should().Contain([2, 3, 4]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_seems_to_give_to_nobody_has_what_is_left_over(bool isSeeding)
    {
        long before = _time.GetTimestamp() - 1;
        ChokerInput taker = Peer(1, to: 1000, unchokedAt: before, withholds: true);
        ChokerInput other = Peer(2, withholds: true);
        Decide(isSeeding, 2, taker, other, Peer(3), Peer(4)).Should().BeEquivalentTo([3, 4]);
        Decide(isSeeding, 3, taker, other, Peer(3), Peer(4)).Should().Contain([3, 4]).And.HaveCount(3);
        Decide(isSeeding, 8, taker, other).Should().BeEquivalentTo([1, 2]);
    }

    [Fact]
    public void The_optimistic_slot_leaves_one_who_has_come_to_seem_to_give_to_nobody()
    {
        Decide(false, 1, Peer(1)).Should().Equal([1]);
        long before = _time.GetTimestamp() - 1;
        Decide(false, 1, Peer(1, unchokedAt: before), Peer(2)).Should().Equal([1], "its turn is not over");
        Decide(false, 1, Peer(1, unchokedAt: before, withholds: true), Peer(2)).Should().Equal([2]);
    }

    [Fact]
    public void What_is_left_over_goes_round_among_those_who_seem_to_give_to_nobody()
    {
        ChokerInput[] peers =
            [Peer(1, unchokedAt: 3, withholds: true), Peer(2, unchokedAt: 1, withholds: true), Peer(3, unchokedAt: 2, withholds: true)];
        Decide(false, 2, peers).Should().Equal([2, 3]);
        Decide(true, 2, peers).Should().Equal([2, 3]);
    }

    [Fact]
    public void The_optimistic_slot_stays_for_thirty_seconds_and_then_goes_to_another()
    {
        ChokerInput[] peers = [Peer(1, from: 100), Peer(2, from: 90), Peer(3, from: 80), Peer(4), Peer(5), Peer(6)];
        int Lucky() => Decide(false, 4, peers).Should().HaveCount(4).And.Contain([1, 2, 3]).And.Subject.Single(id => id > 3);
        int lucky = Lucky();
        for (int turn = 0; turn < 20; turn++)
        {
            for (int round = 0; round < 2; round++)
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                Lucky().Should().Be(lucky);
            }

            _time.Advance(TimeSpan.FromSeconds(10));
            int next = Lucky();
            next.Should().NotBe(lucky);
            lucky = next;
        }
    }

    [Fact]
    public void A_newcomer_is_three_times_as_likely_to_be_lucky()
    {
        int newcomers = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            var choker = new Choker(_time, new Random(seed));
            ChokerInput[] peers = [Peer(1, from: 100), Peer(2), Peer(3) with { ConnectedAt = _time.GetTimestamp() }];
            choker.Decide(peers, false, 2, _time.GetTimestamp(), _chosen);
            newcomers += _chosen.Contains(new SenderId(3)) ? 1 : 0;
        }

        newcomers.Should().BeInRange(1400, 1600);
    }

    [Fact]
    public void All_slots_are_used_though_nobody_gives_anything() =>
        Decide(false, 4, [.. Enumerable.Range(1, 9).Select(i => Peer(i))]).Should().HaveCount(4);

    [Fact]
    public void A_slot_that_nobody_earned_does_not_flap_every_round()
    {
        ChokerInput[] peers = [.. Enumerable.Range(1, 9).Select(i => Peer(i))];
        int[] first = Decide(false, 4, peers);
        for (int i = 0; i < peers.Length; i++)
        {
            if (first.Contains(i + 1))
                peers[i] = peers[i] with { IsUnchoked = true, UnchokedAt = _time.GetTimestamp() };
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Decide(false, 4, peers).Should().BeEquivalentTo(first);
    }

    [Fact]
    public void A_seed_keeps_the_fastest_takers_and_lets_the_others_have_turns()
    {
        long now = _time.GetTimestamp();
        long before = now - (Choker.TurnSeconds * _time.TimestampFrequency);
        ChokerInput[] peers =
        [
            Peer(1, to: 900, unchokedAt: before), Peer(2, to: 800, unchokedAt: before), Peer(3, to: 10, unchokedAt: before),
            Peer(4, to: 20, unchokedAt: before), Peer(5), Peer(6),
        ];
        Decide(true, 4, peers).Should().BeEquivalentTo([1, 2, 5, 6]);
    }

    [Fact]
    public void A_seed_does_not_end_a_turn_early_and_not_when_nobody_waits()
    {
        long now = _time.GetTimestamp();
        Decide(true, 2, Peer(1, to: 5, unchokedAt: now), Peer(2, to: 1, unchokedAt: now), Peer(3)).Should().BeEquivalentTo([1, 2]);
        _time.Advance(TimeSpan.FromMinutes(5));
        Decide(true, 2, Peer(1, to: 5, unchokedAt: now), Peer(2, to: 1, unchokedAt: now)).Should().BeEquivalentTo([1, 2]);
    }

    [Fact]
    public void With_a_seed_everyone_has_a_turn_in_the_end()
    {
        var unchokedAt = new long[20];
        Array.Fill(unchokedAt, long.MinValue);
        var current = new HashSet<int>();
        for (int round = 0; round < 40; round++)
        {
            ChokerInput[] peers =
            [
                .. Enumerable.Range(0, 20).Select(i => Peer(i + 1, to: current.Contains(i + 1) ? 100 + i : 0, unchokedAt: unchokedAt[i]) with
                {
                    IsUnchoked = current.Contains(i + 1),
                }),
            ];
            int[] chosen = Decide(true, 4, peers);
            foreach (int id in chosen.Where(id => !current.Contains(id)))
                unchokedAt[id - 1] = _time.GetTimestamp();
            current = [.. chosen];
            _time.Advance(TimeSpan.FromSeconds(ChokeRound.UsualSeconds));
        }

        unchokedAt.Should().NotContain(long.MinValue);
    }

    [Theory]
    [InlineData(1024, 4)]
    [InlineData(4 * 128 * 1024, 4)]
    [InlineData(6 * 128 * 1024, 6)]
    [InlineData(32 * 128 * 1024, 32)]
    [InlineData(long.MaxValue, 32)]
    public void Slots_follow_the_limit_of_upload_whatever_was_seen(long bytesPerSecond, int slots)
    {
        Choker.SlotsFor(new ByteRate(bytesPerSecond), bestRate: 0).Should().Be(slots);
        Choker.SlotsFor(new ByteRate(bytesPerSecond), bestRate: 1e12).Should().Be(slots);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(8 * 128 * 1024, 8)]
    [InlineData(20 * 128 * 1024, 20)]
    [InlineData(1e12, 32)]
    public void Without_a_limit_slots_follow_the_best_rate_that_was_seen(double bestRate, int slots) =>
        Choker.SlotsFor(ByteRate.Unlimited, bestRate).Should().Be(slots);
}
