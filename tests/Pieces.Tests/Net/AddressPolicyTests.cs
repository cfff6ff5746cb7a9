using System.Net;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class AddressPolicyTests
{
    private static readonly AddressPolicy Policy = new();

    [Theory]
    [InlineData("0.0.0.0:1")]
    [InlineData("0.1.2.3:1")]
    [InlineData("224.0.0.1:1")]
    [InlineData("255.255.255.255:1")]
    [InlineData("1.2.3.4:0")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[::]:1")]
    [InlineData("[::1]:1")]
    [InlineData("[ff02::1]:1")]
    [InlineData("[2001:db8::1]:0")]
    [InlineData("[64:ff9b::1]:1")]
    public void Nobody_is_there(string endPoint) => Policy.MayBeNode(At(endPoint), allowLoopback: false).Should().BeFalse();

    [Theory]
    [InlineData("1.2.3.4:1", true)]
    [InlineData("100.128.0.1:1", true)]
    [InlineData("172.32.0.1:1", true)]
    [InlineData("[2001:db8::1]:1", true)]
    [InlineData("10.0.0.1:1", false)]
    [InlineData("100.64.0.1:1", false)]
    [InlineData("172.16.0.1:1", false)]
    [InlineData("192.168.0.1:1", false)]
    [InlineData("[fd00::1]:1", false)]
    public void A_private_address_is_believed_of_one_who_has_one_himself(string endPoint, bool fromOutside)
    {
        Policy.Believes(At(endPoint), teller: At("8.8.8.8:1"), allowLoopback: false).Should().Be(fromOutside);
        Policy.Believes(At(endPoint), teller: At("192.168.9.9:1"), allowLoopback: false).Should().BeTrue();
    }

    [Fact]
    public void Loopback_is_for_those_who_ask_for_it_and_named_by_those_who_are_there()
    {
        Policy.MayBeNode(At("127.0.0.1:1"), allowLoopback: true).Should().BeTrue();
        Policy.Believes(At("127.0.0.1:1"), teller: At("127.0.0.1:2"), allowLoopback: true).Should().BeTrue();
        Policy.Believes(At("127.0.0.1:1"), teller: At("192.168.0.1:2"), allowLoopback: true).Should().BeFalse();
        Policy.MayBeNode(At("[::1]:1"), allowLoopback: true).Should().BeTrue();
    }

    [Fact]
    public void An_IPv4_mapped_address_is_IPv4() => At("[::ffff:127.0.0.1]:1").Should().Be(At("127.0.0.1:1"));

    [Theory]
    [InlineData("1.2.3.4:1", true, true)]
    [InlineData("127.0.0.1:1", true, true)]
    [InlineData("10.0.0.1:1", true, true)]
    [InlineData("[::1]:1", true, true)]
    [InlineData("[64:ff9b::1]:1", true, true)]
    [InlineData("[fe80::1]:1", true, true)]
    [InlineData("1.2.3.4:0", false, false)]
    [InlineData("0.1.2.3:1", false, false)]
    [InlineData("224.0.0.1:1", false, false)]
    [InlineData("255.255.255.255:1", false, false)]
    [InlineData("[::]:1", false, false)]
    [InlineData("[ff02::1]:1", false, false)]
    [InlineData("[::ffff:224.0.0.1]:1", false, false)]
    [InlineData("240.0.0.1:1", false, true)]
    public void A_peer_is_dialled_where_a_host_can_be_and_a_tracker_may_list_reserved_addresses_too(string endPoint, bool isDialled, bool isListed)
    {
        IPEndPoint peer = IPEndPoint.Parse(endPoint);
        Policy.MayDial(peer).Should().Be(isDialled);
        Policy.MayList(peer.Address, peer.Port).Should().Be(isListed);
    }

    [Fact]
    public void A_tracker_may_not_list_a_port_that_is_none() => Policy.MayList(IPAddress.Loopback, 65536).Should().BeFalse();

    [Fact]
    public void A_blocked_address_is_refused_whatever_it_is_for()
    {
        var blocking = new AddressPolicy(address => address == CompactEndPoint.From(IPAddress.Parse("1.2.3.4"), 0));
        foreach (AddressPolicy policy in new[] { Policy, blocking })
        {
            bool isFree = policy == Policy;
            policy.Accepts(IPAddress.Parse("1.2.3.4")).Should().Be(isFree);
            policy.Accepts(IPAddress.Parse("::ffff:1.2.3.4")).Should().Be(isFree);
            policy.MayDial(IPEndPoint.Parse("1.2.3.4:5")).Should().Be(isFree);
            policy.MayList(IPAddress.Parse("1.2.3.4"), 5).Should().Be(isFree);
            policy.MayAnswer(At("1.2.3.4:5")).Should().Be(isFree);
            policy.MayBeNode(At("1.2.3.4:5"), allowLoopback: false).Should().Be(isFree);
            policy.Believes(At("1.2.3.4:5"), At("8.8.8.8:1"), allowLoopback: false).Should().Be(isFree);
            policy.Accepts(IPAddress.Parse("1.2.3.5")).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData("1.2.3.4:5", true)]
    [InlineData("127.0.0.1:5", true)]
    [InlineData("192.168.0.1:5", true)]
    [InlineData("1.2.3.4:0", false)]
    [InlineData("255.255.255.255:5", false)]
    [InlineData("[ff02::1]:5", false)]
    public void A_datagram_is_answered_where_one_host_is(string endPoint, bool isAnswered) => Policy.MayAnswer(At(endPoint)).Should().Be(isAnswered);
}
