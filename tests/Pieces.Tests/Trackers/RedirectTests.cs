using System.Net;
using Pieces.Net;
using Pieces.Net.Http;
using Pieces.Tests.Support;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Loopback")]
public class RedirectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:80/x", "127.0.0.1", "http://127.0.0.1:80/y", "127.0.0.1", true)]
    [InlineData("http://127.0.0.1:80/x", "127.0.0.1", "http://127.0.0.1:81/announce", "127.0.0.1", true)]
    [InlineData("http://127.0.0.1:80/x", "127.0.0.1", "http://127.0.0.1:81/announce.php", "127.0.0.1", true)]
    [InlineData("http://127.0.0.1:80/announce", "127.0.0.1", "http://127.0.0.1:81/announce/admin", "127.0.0.1", false)]
    [InlineData("http://127.0.0.1:80/announce", "127.0.0.1", "http://127.0.0.2:80/admin", "127.0.0.2", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://127.0.0.1:80/announce", "127.0.0.1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://localhost/announce", "::1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "169.254.169.254", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "10.0.0.1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "192.168.0.1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "fd00::1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "64:ff9b::7f00:1", false)]
    [InlineData("http://t.example/announce", "8.8.8.8", "http://u.example/announce", "9.9.9.9", true)]
    [InlineData("http://10.0.0.1/announce", "10.0.0.1", "http://10.0.0.2/announce", "10.0.0.2", true)]
    [InlineData("http://10.0.0.1/announce", "10.0.0.1", "http://169.254.169.254/", "169.254.169.254", false)]
    [InlineData("http://127.0.0.1/announce", "127.0.0.1", "http://t.example/x", "8.8.8.8", true)]
    public void A_redirect_never_leads_nearer_and_on_this_machine_only_to_a_tracker(
        string from, string fromAddress, string to, string toAddress, bool isAllowed) =>
        (RedirectRule.Tracker.ReachFault(new Uri(from), ReachOf(fromAddress), new Uri(to), ReachOf(toAddress)) is null).Should().Be(isAllowed);

    private static AddressReach ReachOf(string address) => HostName.ReachOf(IPAddress.Parse(address));

    [Fact]
    public async Task A_redirect_is_followed()
    {
        await using ScriptedHttpServer target = ScriptedHttpServer.Answering("200 OK", "d8:intervali9e5:peers0:e"u8.ToArray());
        await using ScriptedHttpServer server = RedirectingTo(target.Url("/announce?x=1").ToString());
        using var tracker = new HttpTracker(
            server.Url("/announce"), new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy() });
        (await tracker.AnnounceAsync(Announces.Of(), Token)).Interval.Should().Be(TimeSpan.FromSeconds(9));
        target.Targets.Should().Equal("/announce?x=1");
    }

    [Fact]
    public async Task A_loop_of_redirects_ends_after_five()
    {
        await using ScriptedHttpServer server = RedirectingTo("/announce");
        (await FailAsync(server.Url("/announce"))).Should().Be("redirects more than 5 times");
        server.Targets.Should().HaveCount(RedirectRule.MaxRedirects + 1);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/announce")]
    public async Task Only_http_and_https_are_followed(string location)
    {
        await using ScriptedHttpServer server = RedirectingTo(location);
        (await FailAsync(server.Url("/announce"))).Should().Be("redirects to something that is neither http nor https");
    }

    [Fact]
    public async Task Another_loopback_port_is_not_asked_for_anything_but_an_announce()
    {
        await using ScriptedHttpServer victim = ScriptedHttpServer.Answering("200 OK", "d8:intervali9e5:peers0:e"u8.ToArray());
        await using ScriptedHttpServer server = RedirectingTo(victim.Url("/shutdown").ToString());
        (await FailAsync(server.Url("/announce"))).Should().Be("redirects to another port of this machine");
        victim.Targets.Should().BeEmpty();
    }

    [Fact]
    public async Task A_name_that_leads_to_another_loopback_port_is_found_out_when_it_is_resolved()
    {
        await using ScriptedHttpServer victim = ScriptedHttpServer.Answering("200 OK", "d8:intervali9e5:peers0:e"u8.ToArray());
        await using ScriptedHttpServer server = RedirectingTo($"http://innocent.example:{victim.Port}/shutdown");
        var settings = new TrackerSettings
        {
            Outbound = new Outbound(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])),
            Addresses = new AddressPolicy()
        };
        (await FailAsync(server.Url("/announce"), settings)).Should().Be("redirects to another port of this machine");
        victim.Targets.Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_to_nowhere_is_told()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("302 Found", default);
        (await FailAsync(server.Url("/announce"))).Should().Be("redirects without a valid location");
    }

    private static ScriptedHttpServer RedirectingTo(string location) =>
        ScriptedHttpServer.Answering("302 Found", default, $"Location: {location}\r\n");

    private static async Task<string> FailAsync(Uri url, TrackerSettings? settings = null)
    {
        using var tracker = new HttpTracker(url, settings ?? new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy() });
        return (await tracker.Invoking(it => it.AnnounceAsync(Announces.Of(), Token)).Should().ThrowAsync<TrackerException>()).Which.Message;
    }
}
