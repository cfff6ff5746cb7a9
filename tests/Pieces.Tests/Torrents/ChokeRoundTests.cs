using Microsoft.Extensions.Time.Testing;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Uploading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class ChokeRoundTests
{
    private const int PerSlot = 128 * 1024;

    private readonly FakeTimeProvider _time = new();
    private readonly List<PeerState> _peers = [];

    public ChokeRoundTests()
    {
        for (int i = 1; i <= 40; i++)
        {
            var peer = new PeerState(new SenderId(i), new FakeLink(), 1, _time, _time.GetTimestamp());
            peer.Flags.PeerInterested = true;
            _peers.Add(peer);
        }
    }

    private ChokeRound Round(ByteRate limit, int? slots = null) => new(new Choker(_time, new Random(1)), _time, limit, slots);

    private int Choose(ChokeRound round) => round.Choose(_peers, _time.GetTimestamp(), isSeeding: true).Count;

    private bool IsDue(ChokeRound round) => round.IsDue(_peers, _time.GetTimestamp());

    // Uploads at the given total rate for the averaging time of a rate meter.
    private void Upload(double bytesPerSecond)
    {
        for (int second = 0; second < RateMeter.DefaultSeconds; second++)
        {
            foreach (PeerState peer in _peers)
                peer.Uploaded.Add((long)(bytesPerSecond / _peers.Count), _time.GetTimestamp());
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void A_round_is_due_at_once_and_then_every_ten_seconds()
    {
        ChokeRound round = Round(ByteRate.Unlimited);
        IsDue(round).Should().BeTrue();
        Choose(round).Should().Be(Choker.UsualSlots);
        _time.Advance(TimeSpan.FromSeconds(ChokeRound.UsualSeconds - 0.1));
        IsDue(round).Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        IsDue(round).Should().BeTrue();
    }

    [Theory]
    [InlineData(11.5, false)]
    [InlineData(12.5, true)]
    public void A_round_comes_early_once_half_as_many_slots_again_are_worth_having(double slots, bool isEarly)
    {
        ChokeRound round = Round(ByteRate.Unlimited);
        Upload(slots * PerSlot);
        Choose(round).Should().Be(Choker.UsualSlots, "nothing was looked at yet");
        IsDue(round).Should().Be(isEarly);
        if (!isEarly)
            return;
        Choose(round).Should().Be((int)slots);
        IsDue(round).Should().BeFalse("that many are served now");
    }

    [Fact]
    public void The_best_rate_counts_and_not_the_present_one()
    {
        ChokeRound round = Round(ByteRate.Unlimited);
        Upload(20.5 * PerSlot);
        Choose(round);
        IsDue(round).Should().BeTrue();
        _time.Advance(TimeSpan.FromMinutes(1));
        Choose(round).Should().Be(20, "a lull says nothing of the line");
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public void A_round_comes_early_when_a_slot_is_with_one_who_gives_to_nobody_and_another_waits(bool isWithheld, bool waits, bool isEarly)
    {
        ChokeRound round = Round(ByteRate.Unlimited);
        PeerState taker = new(new SenderId(50), new FakeLink(), 1, _time, _time.GetTimestamp()) { IsOfOurs = true };
        taker.Flags.PeerInterested = true;
        taker.Flags.AmChoking = false;
        if (!isWithheld)
            taker.OnUnchoked(_time.GetTimestamp());
        if (!waits)
            _peers.ForEach(peer => peer.Flags.AmChoking = false);
        _peers.Add(taker);
        Choose(round);
        IsDue(round).Should().BeFalse("one was just now");
        _time.Advance(TimeSpan.FromSeconds(ChokeRound.EarlySeconds));
        IsDue(round).Should().Be(isEarly);
    }

    [Fact]
    public void Where_a_limit_or_the_caller_says_how_many_no_round_comes_early()
    {
        ChokeRound limited = Round(new ByteRate(5 * PerSlot)), none = Round(ByteRate.Unlimited, slots: 0), two = Round(ByteRate.Unlimited, slots: 2);
        Upload(30 * PerSlot);
        Choose(limited).Should().Be(5);
        Choose(two).Should().Be(2);
        Choose(none).Should().Be(0);
        IsDue(limited).Should().BeFalse();
        IsDue(two).Should().BeFalse();
        IsDue(none).Should().BeFalse("nobody is to be served");
    }
}
