using System.Net;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class SecureNodeIdTests
{
    [Theory]
    [InlineData("124.31.75.21", 1, 0x5fbfbdb2u, "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401")]
    [InlineData("21.75.31.124", 86, 0x5a3ce9b0u, "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256")]
    [InlineData("65.23.51.170", 22, 0xa5d4344au, "a5d43220bc8f112a3d426c84764f8c2a1150e616")]
    [InlineData("84.124.73.14", 65, 0x1b03217bu, "1b0321dd1bb1fe518101ceef99462b947a01ff41")]
    [InlineData("43.213.53.83", 90, 0xe56f6972u, "e56f6cbf5b7c4be0237986d5243b87aa6d51305a")]
    public void The_values_of_BEP_42_hold(string address, byte r, uint crc, string id)
    {
        CompactEndPoint endPoint = CompactEndPoint.From(IPAddress.Parse(address), 6881);
        SecureNodeId.PrefixOf(endPoint, r).Should().Be(crc);
        var node = NodeId.FromBytes(Convert.FromHexString(id));
        SecureNodeId.Fits(node, endPoint).Should().BeTrue();
        for (int bit = 0; bit < 24; bit++)
            SecureNodeId.Fits(Flipped(node, bit), endPoint).Should().Be(bit >= 21, "21 bits count, and {0} was flipped", bit);
    }

    [Fact]
    public void Of_an_IPv6_address_the_first_half_counts()
    {
        CompactEndPoint endPoint = At("[2001:db8:1234:5678::1]:1");
        SecureNodeId.PrefixOf(endPoint, 1).Should().Be(0x7aee7669);
        SecureNodeId.PrefixOf(At("[2001:db8:1234:5678:9::9]:9"), 1).Should().Be(0x7aee7669);
    }

    [Fact]
    public void An_id_of_our_own_fits_its_address_and_few_others()
    {
        var random = new Random(1);
        CompactEndPoint own = At("84.124.73.14:1");
        for (int i = 0; i < 50; i++)
        {
            NodeId id = SecureNodeId.Create(own, random);
            SecureNodeId.Fits(id, own).Should().BeTrue();
            SecureNodeId.Fits(id, At("85.10.1.2:1")).Should().BeFalse();
        }
    }

    [Theory]
    [InlineData("10.0.0.1:1")]
    [InlineData("172.31.255.255:1")]
    [InlineData("192.168.1.1:1")]
    [InlineData("169.254.1.1:1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[fe80::1]:1")]
    public void Nothing_is_asked_of_local_addresses(string endPoint) => SecureNodeId.Fits(Id("abcdefghij0123456789"), At(endPoint)).Should().BeTrue();

    private static NodeId Flipped(NodeId id, int bit)
    {
        byte[] bytes = new byte[NodeId.Length];
        id.CopyTo(bytes);
        bytes[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return NodeId.FromBytes(bytes);
    }
}
