using System.Net;
using Pieces.Net;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class HostKeyTests
{
    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", true)]
    [InlineData("1.2.3.4", "::ffff:1.2.3.4", true)]
    [InlineData("1.2.3.4", "1.2.3.5", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::", "0.0.0.0", false)]
    public void A_budget_is_one_for_an_IPv4_address_or_an_IPv6_network_of_64_bits(string one, string other, bool isSame)
    {
        (BudgetKey.Of(IPAddress.Parse(one)) == BudgetKey.Of(IPAddress.Parse(other))).Should().Be(isSame);
        (BudgetKey.Of(CompactEndPoint.From(IPAddress.Parse(one), 1)) == BudgetKey.Of(CompactEndPoint.From(IPAddress.Parse(other), 2)))
            .Should().Be(isSame, "ports never count");
    }

    [Fact]
    public void A_budget_key_is_printed_as_address_or_network()
    {
        BudgetKey.Of(IPAddress.Parse("1.2.3.4")).ToString().Should().Be("1.2.3.4");
        BudgetKey.Of(IPAddress.Parse("2001:db8::1")).ToString().Should().Be("2001:db8::/64");
    }

    [Theory]
    [InlineData("1.2.3.4:1", "1.2.3.4:2", true)]
    [InlineData("192.168.0.1:1", "192.168.0.1:2", false)]
    [InlineData("169.254.0.1:1", "169.254.0.1:2", false)]
    [InlineData("[fe80::1]:1", "[fe80::1]:2", false)]
    [InlineData("[fd00::1]:1", "[fd00::2]:1", false)]
    [InlineData("[2001:db8::1]:1", "[2001:db8::1]:2", true)]
    [InlineData("[2001:db8::1]:1", "[2001:db8::2]:1", true)]
    [InlineData("[2001:db8:0:1::1]:1", "[2001:db8:0:2::1]:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:1", true)]
    [InlineData("127.0.0.1:1", "[::ffff:127.0.0.1]:1", true)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("[::1]:1", "[::1]:2", false)]
    public void Blame_falls_on_a_public_host_and_elsewhere_on_one_port_of_one_address(string one, string other, bool isSame) =>
        (BlameKey.Of(IPEndPoint.Parse(one)) == BlameKey.Of(IPEndPoint.Parse(other))).Should().Be(isSame);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("1.2.3.4", false)]
    [InlineData("2001:db8::1", false)]
    public void Hosts_share_addresses_on_this_machine_and_in_private_networks(string address, bool isShared) =>
        BudgetKey.Of(IPAddress.Parse(address)).IsShared.Should().Be(isShared);
}
