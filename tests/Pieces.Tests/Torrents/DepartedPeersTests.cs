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
            departed.Add(new SenderId(i + 1), new DepartedPeer(new IPEndPoint(IPAddress.Loopback, 1 + (i % 60_000)), default, WasHonest: false));
        departed.Find(new SenderId(1)).Should().BeNull();
        departed.Find(new SenderId(2))!.Address.Should().Be(new IPEndPoint(IPAddress.Loopback, 2));
        departed.Find(new SenderId(DepartedPeers.Capacity + 1)).Should().NotBeNull();
    }

    [Fact]
    public void An_honest_neighbour_is_another_peer_of_the_same_network_that_sent_good_data()
    {
        var departed = new DepartedPeers();
        departed.Add(new SenderId(1), new DepartedPeer(IPEndPoint.Parse("[2001:db8::1]:1"), default, WasHonest: true));
        departed.Add(new SenderId(2), new DepartedPeer(IPEndPoint.Parse("8.8.8.8:1"), default, WasHonest: false));
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("2001:db8::2")), new SenderId(3)).Should().BeTrue();
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("2001:db8::2")), new SenderId(1)).Should().BeFalse("nobody vouches for itself");
        departed.HasHonest(BudgetKey.Of(IPAddress.Parse("8.8.8.8")), new SenderId(3)).Should().BeFalse();
    }
}
