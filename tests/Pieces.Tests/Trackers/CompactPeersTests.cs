using System.Net;
using Pieces.Net;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Pure")]
public class CompactPeersTests
{
    private static readonly AddressPolicy Policy = new();

    [Theory]
    [InlineData("c0a800011b4e", CompactPeers.LengthV4, "192.168.0.1:6990")]
    [InlineData("20010db80000000000000000000000011ae1", CompactPeers.LengthV6, "[2001:db8::1]:6881")]
    [InlineData("00000000000000000000ffffc0a800011b4e", CompactPeers.LengthV6, "192.168.0.1:6990")]
    [InlineData("7f0000011b4e", CompactPeers.LengthV4, "127.0.0.1:6990")]
    public void A_peer_is_address_and_port(string bytes, int length, string peer) => Read(bytes, length).Should().Equal(IPEndPoint.Parse(peer));

    [Theory]
    [InlineData("c0a800010000")]
    [InlineData("000102031ae1")]
    [InlineData("e00000011ae1")]
    [InlineData("efffffff1ae1")]
    [InlineData("ffffffff1ae1")]
    public void An_IPv4_address_that_can_be_nobodys_is_left_out(string bytes) => Read(bytes, CompactPeers.LengthV4).Should().BeEmpty();

    [Theory]
    [InlineData("000000000000000000000000000000001ae1")]
    [InlineData("ff0200000000000000000000000000011ae1")]
    [InlineData("00000000000000000000ffffe00000011ae1")]
    public void An_IPv6_address_that_can_be_nobodys_is_left_out(string bytes) => Read(bytes, CompactPeers.LengthV6).Should().BeEmpty();

    [Theory]
    [InlineData("c0a800011b4ec0a8000")]
    [InlineData("c0a800011b4ec0")]
    public void What_is_left_over_at_the_end_is_dropped(string bytes) =>
        Read(bytes[..(bytes.Length & ~1)], CompactPeers.LengthV4).Should().ContainSingle();

    [Fact]
    public void More_peers_than_the_limit_are_not_taken()
    {
        byte[] bytes = new byte[(CompactPeers.MaxPeers + 1) * CompactPeers.LengthV4];
        Array.Fill(bytes, (byte)1);
        var peers = new List<IPEndPoint>();
        CompactPeers.Read(bytes, CompactPeers.LengthV4, Policy, peers);
        peers.Should().HaveCount(CompactPeers.MaxPeers);
    }

    private static List<IPEndPoint> Read(string hex, int length)
    {
        var peers = new List<IPEndPoint>();
        CompactPeers.Read(Convert.FromHexString(hex), length, Policy, peers);
        return peers;
    }
}
