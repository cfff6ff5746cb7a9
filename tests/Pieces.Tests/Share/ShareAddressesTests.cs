using System.Net;
using Pieces.Cli.Share;

namespace Pieces.Tests.Share;

[Trait("Tier", "Pure")]
public class ShareAddressesTests
{
    [Fact]
    public void What_others_can_reach_is_told_and_nothing_else()
    {
        Choose(
            "127.0.0.1", "::1", "169.254.3.4", "fe80::1%2", "192.168.1.7", "10.0.0.2", "fd12::7", "2a02::1", "ff02::1", "2001:0:53aa::1", "::",
            "0.0.0.0", "::ffff:10.1.1.1")
            .Should().Equal("192.168.1.7", "10.0.0.2", "fd12::7", "2a02::1");
    }

    [Fact]
    public void An_address_that_several_interfaces_have_is_told_once() =>
        Choose("fd12::7%1", "fd12::7%2", "10.0.0.2", "10.0.0.2").Should().Equal("10.0.0.2", "fd12::7");

    [Fact]
    public void Those_by_which_the_machine_goes_out_stand_in_front()
    {
        ShareAddresses.Choose(Parse("172.17.0.1", "192.168.1.7", "fd12::7", "2a02::1"), [.. Parse("192.168.1.7", "2a02::1", "10.9.9.9")])
            .Select(address => address.ToString()).Should().Equal("192.168.1.7", "2a02::1", "172.17.0.1", "fd12::7");
    }

    [Fact]
    public void Loopback_stands_only_when_there_is_nothing_else() => Choose("127.0.0.1", "::1", "fe80::1%2").Should().Equal("127.0.0.1");

    [Fact]
    public void A_line_stays_a_line()
    {
        string[] many = [.. Enumerable.Range(1, 50).Select(i => $"10.0.0.{i}")];
        Choose(many).Should().Equal(many.Take(ShareAddresses.Most));
    }

    [Fact]
    public void What_all_sockets_are_bound_to_is_the_one_that_is_told() =>
        ShareAddresses.Find(IPAddress.Parse("127.0.0.3"), new FakeMachine("10.0.0.2")).Should().Equal(IPAddress.Parse("127.0.0.3"));

    [Fact]
    public void Of_a_machine_the_address_by_which_it_goes_out_stands_in_front() =>
        ShareAddresses.Find(null, new FakeMachine("172.17.0.1", "192.168.1.7") { Out = "192.168.1.7" })
            .Should().Equal(Parse("192.168.1.7", "172.17.0.1"));

    private static IEnumerable<string> Choose(params string[] all) => ShareAddresses.Choose(Parse(all), []).Select(address => address.ToString());

    private static IEnumerable<IPAddress> Parse(params string[] all) => all.Select(IPAddress.Parse);
}
