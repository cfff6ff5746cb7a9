using System.Net;
using System.Net.Sockets;
using System.Text;
using Pieces.Net;
using Pieces.Net.Http;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

/// <summary>The HTTP client with URLs from the user. The tests of trackers cover its use for trackers.</summary>
[Trait("Tier", "Loopback")]
public class HttpFetcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_comes_with_its_status_whatever_that_is()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("404 Not Found", "gone"u8.ToArray());
        using var fetcher = new HttpFetcher(binding: null, new HttpFetchOptions());
        (HttpStatusCode status, ReadOnlyMemory<byte> body) = await fetcher.GetAsync(server.Url("/f"), "", Token);
        (status, Encoding.ASCII.GetString(body.Span)).Should().Be((HttpStatusCode.NotFound, "gone"));
        server.Heads.Should().ContainSingle().Which
            .Should().Contain("Connection: close\r\n").And.Contain("User-Agent: Pieces/").And.NotContain("Range:");
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public async Task A_body_is_read_up_to_its_limit(int length, bool isTooLong)
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", new byte[length]);
        using var fetcher = new HttpFetcher(binding: null, new HttpFetchOptions { MaxBodyLength = 10 });
        Func<Task> getting = () => fetcher.GetAsync(server.Url("/f"), "", Token);
        if (isTooLong)
            (await getting.Should().ThrowAsync<HttpFetchException>()).Which.IsTooLong.Should().BeTrue();
        else
            await getting.Should().NotThrowAsync();
    }

    [Fact]
    public async Task The_user_may_be_led_to_another_port_of_this_machine()
    {
        await using ScriptedHttpServer there = ScriptedHttpServer.Answering("200 OK", "x"u8.ToArray());
        string location = $"Location: {there.Url("/a.torrent")}\r\n";
        await using ScriptedHttpServer here = ScriptedHttpServer.Answering("307 Temporary Redirect", default, location);
        using var fetcher = new HttpFetcher(binding: null, new HttpFetchOptions());
        (await fetcher.GetAsync(here.Url("/"), "", Token)).Status.Should().Be(HttpStatusCode.OK);
        there.Targets.Should().Equal("/a.torrent");
    }

    [Fact]
    public async Task A_request_whose_connection_breaks_is_not_repeated()
    {
        await using var server = new ScriptedHttpServer((_, _, _) => Task.CompletedTask);
        using var fetcher = new HttpFetcher(binding: null, new HttpFetchOptions());
        (await fetcher.Awaiting(it => it.GetAsync(server.Url("/once"), "", Token)).Should().ThrowAsync<HttpFetchException>())
            .WithMessage("the connection was closed before the end of the response");
        server.Targets.Should().Equal("/once");
    }

    [Theory]
    [InlineData("127.0.0.1", "redirects to this machine")]
    [InlineData("169.254.169.254", "redirects to a private network")]
    [InlineData("10.0.0.1", "redirects to a private network")]
    [InlineData("fd00::1", "redirects to a private network")]
    public void A_redirect_from_the_world_leads_to_no_nearer_network(string address, string fault) => RedirectRule.UserUrl
        .ReachFault(new Uri("http://a.example/"), AddressReach.World, new Uri("http://b.example/"), HostName.ReachOf(IPAddress.Parse(address)))
        .Should().Be(fault);

    [Theory]
    [InlineData("http://localhost/", AddressReach.Loopback)]
    [InlineData("http://a.localhost./", AddressReach.Loopback)]
    [InlineData("http://127.1/", AddressReach.Loopback)]
    [InlineData("http://0x7f000001/", AddressReach.Loopback)]
    [InlineData("http://[::ffff:127.0.0.1]/", AddressReach.Loopback)]
    [InlineData("http://0.0.0.0/", AddressReach.Loopback)]
    [InlineData("http://[::]/", AddressReach.Loopback)]
    [InlineData("http://169.254.169.254/", AddressReach.Link)]
    [InlineData("http://192.168.0.1/", AddressReach.Private)]
    [InlineData("http://8.8.8.8/", AddressReach.World)]
    [InlineData("http://notlocalhost/", null)]
    [InlineData("http://a.example/", null)]
    public void The_spelling_of_a_host_says_how_near_it_is(string url, object? reach) =>
        HostName.ReachOf(new Uri(url)).Should().Be((AddressReach?)reach);

    [Fact]
    public async Task A_host_without_an_address_is_named()
    {
        var outbound = new Outbound(resolve: (_, _) => throw new SocketException((int)SocketError.TryAgain));
        using var fetcher = new HttpFetcher(outbound, new HttpFetchOptions());
        (await fetcher.Awaiting(it => it.GetAsync(new Uri("http://nohost.example/"), "", Token)).Should().ThrowAsync<HttpFetchException>())
            .WithMessage("no address for nohost.example: the name server does not respond");
        string secret = new('f', 40);
        (await fetcher.Awaiting(it => it.GetAsync(new Uri($"http://{secret}.example/"), "", Token)).Should().ThrowAsync<HttpFetchException>())
            .Which.Message.Should().NotContain(secret);
    }

    [Fact]
    public async Task What_is_bound_leaves_from_there_or_not_at_all()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", default);
        using var bound = new HttpFetcher(new LocalBinding(IPAddress.Parse("127.0.0.9")), new HttpFetchOptions());
        (await bound.GetAsync(server.Url("/"), "", Token)).Status.Should().Be(HttpStatusCode.OK);
        using var nowhere = new HttpFetcher(new LocalBinding(IPAddress.Parse("192.0.2.1")), new HttpFetchOptions());
        (await nowhere.Awaiting(it => it.GetAsync(server.Url("/"), "", Token)).Should().ThrowAsync<HttpFetchException>())
            .WithMessage("address not available on this machine");
    }

    [Theory]
    [InlineData("https://a.example/", "http://a.example/", true, false)]
    [InlineData("https://a.example/", "https://b.example/", true, true)]
    [InlineData("http://a.example/", "https://a.example/", true, true)]
    [InlineData("http://a.example/", "http://b.example/", true, true)]
    [InlineData("http://a.example/", "ftp://a.example/", false, false)]
    [InlineData("https://a.example/", "file:///etc/passwd", false, false)]
    public void Only_a_tracker_may_lead_from_https_to_http_and_nobody_elsewhere(string from, string to, bool forTracker, bool forUser)
    {
        (RedirectRule.Tracker.SchemeFault(new Uri(from), new Uri(to)) is null).Should().Be(forTracker);
        (RedirectRule.UserUrl.SchemeFault(new Uri(from), new Uri(to)) is null).Should().Be(forUser);
    }
}
