using Microsoft.Extensions.Time.Testing;
using Pieces.Peers;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerStateTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(true, false, true, false)]
    [InlineData(true, true, true, true)]
    [InlineData(false, true, false, false)]
    public void One_of_our_kind_that_lets_nobody_ask_seems_to_take_only_where_it_has_nothing_to_give_or_had_not(
        bool isOfOurs, bool cameEmpty, bool isInteresting, bool withholds)
    {
        PeerState peer = Peer(isOfOurs, cameEmpty);
        peer.Provider.Requests.Useful = isInteresting ? 1 : 0;
        peer.LooksLikeFreeRider.Should().Be(withholds);
    }

    [Fact]
    public void Who_let_us_ask_once_or_gave_something_does_not_seem_to_take_only()
    {
        PeerState open = Peer(isOfOurs: true, cameEmpty: true), giver = Peer(isOfOurs: true, cameEmpty: true);
        open.OnUnchoked(_time.GetTimestamp());
        open.Flags.PeerChoking = true;
        giver.Provider.Downloaded.Add(1, _time.GetTimestamp());
        open.LooksLikeFreeRider.Should().BeFalse();
        giver.LooksLikeFreeRider.Should().BeFalse();
    }

    [Fact]
    public void The_last_offence_that_is_tolerated_is_one_less_than_the_limit()
    {
        var link = new FakeLink();
        var peer = new PeerState(new SenderId(1), link, 2, _time, _time.GetTimestamp());
        for (int i = 1; i < PeerState.MaxOffences; i++)
            peer.Offend(Offence.UnsolicitedBlock);
        (peer.Offences, peer.Ending, link.ClosedFor).Should().Be((PeerState.MaxOffences - 1, PeerEnding.Unplanned, null));
        peer.Offend(Offence.RepeatedStatement);
        peer.Ending.Should().Be(PeerEnding.Offence);
        link.ClosedFor.Should().Be("8 minor protocol violations, the last: a bitfield without new pieces");
    }

    [Fact]
    public void Each_offence_has_a_text()
    {
        foreach (Offence offence in Enum.GetValues<Offence>())
        {
            var link = new FakeLink();
            var peer = new PeerState(new SenderId(1), link, 2, _time, _time.GetTimestamp());
            for (int i = 0; i < PeerState.MaxOffences; i++)
                peer.Offend(offence);
            link.ClosedFor.Should().StartWith("8 minor protocol violations, the last: ");
        }
    }

    private PeerState Peer(bool isOfOurs, bool cameEmpty)
    {
        var peer = new PeerState(new SenderId(1), new FakeLink(), 2, _time, _time.GetTimestamp()) { IsOfOurs = isOfOurs };
        peer.Pieces.Replace(Bits(cameEmpty ? ".." : "#."));
        return peer;
    }
}
