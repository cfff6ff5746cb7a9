using System.Net;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Tests.Peers;

/// <summary>Limits of the sources that name addresses of peers.</summary>
[Trait("Tier", "Pure")]
public class PeerLanesTests
{
    private static readonly BudgetKey Network = BudgetKey.Of(IPAddress.Loopback);

    private readonly PeerLanes _lanes = new();

    [Theory]
    [InlineData(PeerOrigin.Local, PeerLanes.MaxLocal)]
    [InlineData(PeerOrigin.Exchange, PeerLanes.MaxOfLane)]
    [InlineData(PeerOrigin.Dht, PeerLanes.MaxOfLane)]
    [InlineData(PeerOrigin.Tracker, PeerLanes.MaxOfLane)]
    public void A_source_has_room_to_its_limit(PeerOrigin origin, int most)
    {
        var lane = new PeerLane(origin, "");
        for (int i = 0; i < most; i++)
        {
            _lanes.HasRoom(lane).Should().BeTrue("{0} addresses are known", i);
            _lanes.Added(lane, Network);
        }

        _lanes.HasRoom(lane).Should().BeFalse();
        _lanes.HasRoom(new PeerLane(PeerOrigin.Manual, "")).Should().BeTrue("other sources keep their own");
        _lanes.Removed(lane, Network);
        _lanes.HasRoom(lane).Should().BeTrue();
    }

    [Fact]
    public void One_tracker_too_many_shares_a_lane_with_further_ones()
    {
        for (int i = 0; i < PeerLanes.MaxLanes - 1; i++)
            _lanes.HasRoom(Tracker($"udp://{i}"));
        Fill(Tracker("udp://last"));
        _lanes.HasRoom(Tracker("udp://late")).Should().BeTrue("it does not share the full lane of the last one");
        Fill(Tracker("udp://late"));
        _lanes.HasRoom(Tracker("udp://later")).Should().BeFalse("it shares the full lane");
        _lanes.HasRoom(Tracker("udp://0")).Should().BeTrue("it has a lane of its own");
    }

    private static PeerLane Tracker(string url) => new(PeerOrigin.Tracker, url);

    private void Fill(PeerLane lane)
    {
        for (int i = 0; i < PeerLanes.MaxOfLane; i++)
            _lanes.Added(lane, Network);
    }
}
