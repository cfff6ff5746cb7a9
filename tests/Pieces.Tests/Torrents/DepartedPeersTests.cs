using System.Net;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class DepartedPeersTests
{
    [Fact]
    public void The_oldest_is_forgotten_when_one_more_has_left_than_are_remembered()
    {
        var departed = new DepartedPeers();
        for (int i = 0; i <= DepartedPeers.Capacity; i++)
            departed.Add(new SourceId(i + 1), new DepartedPeer(new IPEndPoint(IPAddress.Loopback, 1 + (i % 60_000)), default, WasHonest: false));
        departed.Find(new SourceId(1)).Should().BeNull();
        departed.Find(new SourceId(2))!.Address.Should().Be(new IPEndPoint(IPAddress.Loopback, 2));
        departed.Find(new SourceId(DepartedPeers.Capacity + 1)).Should().NotBeNull();
    }

    [Fact]
    public void An_honest_neighbour_is_another_peer_of_the_same_network_that_sent_good_data()
    {
        var departed = new DepartedPeers();
        departed.Add(new SourceId(1), new DepartedPeer(IPEndPoint.Parse("[2001:db8::1]:1"), default, WasHonest: true));
        departed.Add(new SourceId(2), new DepartedPeer(IPEndPoint.Parse("8.8.8.8:1"), default, WasHonest: false));
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("2001:db8::2")), new SourceId(3)).Should().BeTrue();
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("2001:db8::2")), new SourceId(1)).Should().BeFalse("nobody vouches for itself");
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("8.8.8.8")), new SourceId(3)).Should().BeFalse();
    }
}
