using System.Net;
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
            departed.Add(new SourceId(i + 1), new IPEndPoint(IPAddress.Loopback, 1 + (i % 60_000)));
        departed.AddressOf(new SourceId(1)).Should().BeNull();
        departed.AddressOf(new SourceId(2)).Should().Be(new IPEndPoint(IPAddress.Loopback, 2));
        departed.AddressOf(new SourceId(DepartedPeers.Capacity + 1)).Should().NotBeNull();
    }
}
