using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;

namespace Pieces.Tests.Net;

/// <summary>Which addresses may be dialled, depending on their source. The machine is in 192.168.1.0/24 and fd00:1::/64.</summary>
[Trait("Tier", "Pure")]
public class AddressSourceTests
{
    private static readonly AddressPolicy Policy = On(null, "127.0.0.1/8", "::1/128", "192.168.1.5/24", "fd00:1::5/64", "fe80::5/64", "1.2.3.4/24");

    [Theory]
    [InlineData("8.8.8.8:6881", true, true)]
    [InlineData("192.168.1.9:6881", true, true)]
    [InlineData("[fd00:1::9]:6881", true, true)]
    [InlineData("[2001:db8::1]:6881", true, true)]
    [InlineData("127.0.0.1:6881", false, true)]
    [InlineData("[::1]:6881", false, true)]
    [InlineData("[64:ff9b::7f00:1]:6881", false, true)]
    [InlineData("[2002:7f00:1::1]:6881", false, true)]
    [InlineData("192.168.2.9:6881", false, false)]
    [InlineData("10.0.0.1:6881", false, false)]
    [InlineData("172.17.0.1:6881", false, false)]
    [InlineData("100.64.0.1:6881", false, false)]
    [InlineData("[fd00:2::1]:6881", false, false)]
    [InlineData("169.254.169.254:6881", false, false)]
    [InlineData("[fe80::1]:6881", false, false)]
    [InlineData("0.0.0.0:6881", false, false)]
    [InlineData("[::]:6881", false, false)]
    [InlineData("[::127.0.0.1]:6881", false, false)]
    [InlineData("8.8.8.8:80", false, false)]
    [InlineData("8.8.8.8:1023", false, false)]
    [InlineData("8.8.8.8:6379", false, false)]
    [InlineData("8.8.8.8:11211", false, false)]
    [InlineData("192.168.1.9:5432", false, false)]
    [InlineData("192.168.1.9:3306", false, false)]
    [InlineData("192.168.1.9:9200", false, false)]
    public void A_peer_of_a_link_or_of_a_tracker_is_in_the_world_or_in_a_network_of_ours(string peer, bool ofLink, bool ofTracker)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(peer);
        (Policy.PeerFault(endPoint, PeerSource.Link) is null).Should().Be(ofLink);
        // Whether a tracker may name this machine was already decided when its response was read.
        (Policy.PeerFault(endPoint, PeerSource.Tracker) is null).Should().Be(ofTracker);
        Policy.PeerFault(endPoint, PeerSource.User).Should().BeNull("the user may name any address");
    }

    [Theory]
    [InlineData("127.0.0.1:6881", true)]
    [InlineData("127.0.0.1:22", false)]
    [InlineData("127.0.0.1:6379", false)]
    [InlineData("192.168.7.7:9200", false)]
    [InlineData("192.168.7.7:6881", true)]
    [InlineData("8.8.8.8:80", true)]
    public void Peers_name_no_services_of_near_machines(string peer, bool isAllowed) =>
        (Policy.PeerFault(IPEndPoint.Parse(peer), PeerSource.Peers) is null).Should().Be(isAllowed);

    [Fact]
    public void Loopback_is_our_network_where_there_is_no_other_or_the_user_names_it()
    {
        IPEndPoint peer = IPEndPoint.Parse("127.0.0.1:6881"), service = IPEndPoint.Parse("127.0.0.1:6379");
        AddressPolicy alone = On(null, "127.0.0.1/8", "::1/128");
        AddressPolicy bound = On(new LocalBinding(IPAddress.Loopback), "127.0.0.1/8", "192.168.1.5/24");
        AddressPolicy elsewhere = On(new LocalBinding(IPAddress.Parse("192.168.1.5")), "127.0.0.1/8", "192.168.1.5/24");
        alone.PeerFault(peer, PeerSource.Link).Should().BeNull();
        bound.PeerFault(peer, PeerSource.Link).Should().BeNull();
        elsewhere.PeerFault(peer, PeerSource.Link).Should().NotBeNull();
        alone.PeerFault(service, PeerSource.Link).Should().NotBeNull("the rules on ports hold everywhere");
    }

    [Theory]
    [InlineData("8.8.8.8", "/x", true)]
    [InlineData("127.0.0.1", "/announce", true)]
    [InlineData("127.0.0.1", "/passkey/announce.php", true)]
    [InlineData("127.0.0.1", "/admin/shutdown", false)]
    [InlineData("127.0.0.1", "/announce/shutdown", false)]
    [InlineData("127.0.0.1", "/", false)]
    [InlineData("::1", "/admin", false)]
    [InlineData("192.168.1.9", "/x", true)]
    [InlineData("192.168.2.9", "/announce", false)]
    [InlineData("10.0.0.1", "/announce", false)]
    [InlineData("169.254.169.254", "/announce", false)]
    [InlineData("fe80::1", "/announce", false)]
    [InlineData("0.0.0.0", "/announce", false)]
    public void A_tracker_of_a_torrent_is_in_the_world_or_near_and_recognizable(string address, string path, bool isAllowed) =>
        (Policy.TrackerFault(IPAddress.Parse(address), path) is null).Should().Be(isAllowed);

    [Theory]
    [InlineData("127.0.0.1", "8.8.8.8", false)]
    [InlineData("127.0.0.1", "192.168.1.9", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("169.254.1.1", "8.8.8.8", false)]
    [InlineData("0.0.0.0", "8.8.8.8", false)]
    [InlineData("192.168.1.9", "8.8.8.8", true)]
    [InlineData("9.9.9.9", "8.8.8.8", true)]
    public void A_tracker_names_this_machine_only_from_this_machine(string named, string tracker, bool isBelieved) =>
        AddressPolicy.Believes(IPAddress.Parse(named), AddressFacts.ReachOf(IPAddress.Parse(tracker))).Should().Be(isBelieved);

    [Fact]
    public void Our_networks_are_read_again_as_they_change()
    {
        var time = new FakeTimeProvider();
        OwnAddress[] now = [new(IPAddress.Parse("192.168.1.5"), 24)];
        var own = new OwnNetworks(null, time, () => now);
        own.Contains(IPAddress.Parse("10.0.0.9")).Should().BeFalse();
        now = [new(IPAddress.Parse("10.0.0.1"), 8)];
        time.Advance(TimeSpan.FromSeconds(10));
        own.Contains(IPAddress.Parse("10.0.0.9")).Should().BeTrue();
        own.Contains(IPAddress.Parse("192.168.1.9")).Should().BeFalse();
    }

    private static AddressPolicy On(LocalBinding? binding, params string[] addresses) => new(own: new OwnNetworks(
        binding, new FakeTimeProvider(),
        () => [.. addresses.Select(text => text.Split('/')).Select(part => new OwnAddress(IPAddress.Parse(part[0]), int.Parse(part[1])))]));
}
