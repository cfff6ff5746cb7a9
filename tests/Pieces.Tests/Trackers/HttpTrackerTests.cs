using System.IO.Compression;
using System.Net;
using System.Text;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Net.Http;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Loopback")]
public class HttpTrackerTests
{
    private const string Empty = "d8:intervali60e5:peers0:e";

    private static readonly TrackerSettings Settings =
        new() { Outbound = new Outbound(), Addresses = new AddressPolicy(), HttpTimeout = TimeSpan.FromSeconds(20) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_announce_carries_its_parameters_behind_the_trackers_own_query()
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        using var tracker = new HttpTracker(server.Url("/announce?passkey=abc"), Settings);
        byte[] hash = [0x00, 0x25, 0x26, 0x2B, 0x41, 0x61, 0x7A, 0x2D, 0x7E, 0x80, 0xFF, 0xC3, 0xA9, 0x20, 0x0A, 0x2F, 0x3F, 0x23, 0x3D, 0x39];
        AnnounceRequest request = Announces.Of() with { InfoHash = SwarmKey.FromBytes(hash), TrackerId = "a b"u8.ToArray() };
        await tracker.AnnounceAsync(request, Token);
        server.Targets.Should().Equal(
            "/announce?passkey=abc&info_hash=%00%25%26%2BAaz-~%80%FF%C3%A9%20%0A%2F%3F%23%3D9&peer_id=bittorrent-peer-id--"
            + "&port=6889&uploaded=1&downloaded=2&left=1000&compact=1&numwant=50&key=3B9ACA07&event=started&trackerid=a%20b");
    }

    [Theory]
    [InlineData(EncryptionPolicy.Prefer, "&supportcrypto=1")]
    [InlineData(EncryptionPolicy.Require, "&supportcrypto=1&requirecrypto=1")]
    [InlineData(EncryptionPolicy.Off, "")]
    public async Task An_announce_says_whether_connections_are_encrypted(EncryptionPolicy policy, string says)
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        await tracker.AnnounceAsync(Announces.Of() with { Encryption = policy }, Token);
        server.Targets[0].Should().EndWith("&event=started" + says);
    }

    [Fact]
    public async Task A_regular_announce_has_no_event()
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        await tracker.AnnounceAsync(Announces.Of(AnnounceEvent.None), Token);
        server.Targets[0].Should().StartWith("/announce?info_hash=").And.NotContain("event");
    }

    [Theory]
    [InlineData(AnnounceEvent.None, "paused")]
    [InlineData(AnnounceEvent.Started, "started")]
    [InlineData(AnnounceEvent.Stopped, "stopped")]
    public async Task A_partial_seed_says_paused_where_nothing_else_is_to_be_said(object announceEvent, string said)
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        AnnounceRequest request = Announces.Of((AnnounceEvent)announceEvent);
        await tracker.AnnounceAsync(request with { Counters = request.Counters with { IsPartialSeed = true } }, Token);
        server.Targets[0].Should().Contain("&event=" + said);
    }

    [Fact]
    public async Task Compact_peers_of_both_families_and_all_numbers_are_read()
    {
        const string body = "d8:completei7e10:incompletei3e8:intervali1800e12:min intervali900e5:peers6:\u00C0\u00A8\u0000\u0001\u001BN"
            + "6:peers618:\u0020\u0001\u000D\u00B8\0\0\0\0\0\0\0\0\0\0\0\u0001\u001A\u00E110:tracker id3:xyz15:warning message9:old\u001B[31mke";
        AnnounceResponse response = await AnnounceAsync(body);
        response.Peers.Should().Equal(IPEndPoint.Parse("192.168.0.1:6990"), IPEndPoint.Parse("[2001:db8::1]:6881"));
        response.Interval.Should().Be(TimeSpan.FromSeconds(1800));
        response.MinInterval.Should().Be(TimeSpan.FromSeconds(900));
        response.Seeders.Should().Be(7);
        response.Leechers.Should().Be(3);
        response.TrackerId.ToArray().Should().Equal("xyz"u8.ToArray());
        response.Warning.Should().Be("old\\x1B[31mk");
    }

    [Fact]
    public async Task Peers_in_dictionary_form_are_read_and_bad_ones_left_out()
    {
        const string body = "d8:intervali60e5:peersl"
            + "d2:ip8:10.0.0.17:peer id20:aaaaaaaaaaaaaaaaaaaa4:porti6881ee" + "d2:ip11:2001:db8::14:porti6882ee"
            + "d2:ip4:host4:porti1ee" + "d2:ip8:10.0.0.24:porti0ee" + "d2:ip8:10.0.0.34:porti70000ee" + "d2:ip8:10.0.0.44:porti-1ee" + "i5e" + "le"
            + "ee";
        (await AnnounceAsync(body)).Peers.Should().Equal(IPEndPoint.Parse("10.0.0.1:6881"), IPEndPoint.Parse("[2001:db8::1]:6882"));
    }

    [Theory]
    [InlineData("8:completei007e8:intervali60e")]
    [InlineData("8:intervali60e8:intervali1800e")]
    [InlineData("8:intervali99999999999999999999e")]
    [InlineData("8:intervali60.5e")]
    [InlineData("08:intervali60e")]
    public async Task An_odd_value_does_not_cost_the_peers(string odd) =>
        (await AnnounceAsync($"d{odd}5:peers6:\u0008\u0008\0\u0001\u001BNe")).Peers.Should().Equal(IPEndPoint.Parse("8.8.0.1:6990"));

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering(
            "200 OK", Gzip(Encoding.ASCII.GetBytes(Empty)), "Content-Encoding: gzip\r\n");
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        (await tracker.AnnounceAsync(Announces.Of(), Token)).Interval.Should().Be(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_old_name_of_a_compression_is_known()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering(
            "200 OK", Gzip(Encoding.ASCII.GetBytes(Empty)), "Content-Encoding: x-gzip\r\n");
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        (await tracker.AnnounceAsync(Announces.Of(), Token)).Interval.Should().Be(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_whole_answer_counts_though_a_longer_one_was_announced()
    {
        await using var server = new ScriptedHttpServer(async (_, stream, token) => await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Empty.Length + 50}\r\n\r\n{Empty}"), token));
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        (await tracker.AnnounceAsync(Announces.Of(), Token)).Interval.Should().Be(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Peers_that_are_named_by_their_hosts_are_given_as_names()
    {
        string peers = string.Concat(Enumerable.Range(0, 20).Select(i => $"d2:ip11:host{i:d2}.test4:porti7001ee"));
        AnnounceResponse response = await AnnounceAsync($"d8:intervali60e5:peersl{peers}d2:ip4:a/b 4:porti1eed2:ip1:14:porti1eeee");
        response.Peers.Should().BeEmpty();
        response.Names.Should().HaveCount(HttpTrackerAnswer.MaxNames).And.Contain(new DnsEndPoint("host00.test", 7001));
    }

    [Theory]
    [InlineData("/admin/shutdown?now=1", false)]
    [InlineData("/announce/shutdown", false)]
    [InlineData("/announce", true)]
    [InlineData("/passkey/announce.php", true)]
    public async Task A_tracker_of_a_torrent_on_this_machine_is_asked_only_where_trackers_are(string path, bool isAsked)
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        foreach (string host in new[] { "127.0.0.1", "rebound.example" })
        {
            server.Forget();
            var outbound = new Outbound(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
            using var tracker = new HttpTracker(new Uri($"http://{host}:{server.Port}{path}"), Settings with { Outbound = outbound });
            if (isAsked)
                await tracker.AnnounceAsync(Announces.Of(), Token);
            else
                await tracker.Awaiting(it => it.AnnounceAsync(Announces.Of(), Token)).Should().ThrowAsync<TrackerException>();
            server.Targets.Should().HaveCount(isAsked ? 1 : 0);
        }

        server.Forget();
        using var given = new HttpTracker(server.Url(path), Settings with { IsUsers = true });
        await given.AnnounceAsync(Announces.Of(), Token);
        server.Targets.Should().ContainSingle("the user may name any address");
    }

    [Theory]
    [InlineData("d14:failure reason3:bad8:retry ini5ee", 5, false)]
    [InlineData("d14:failure reason3:bad8:retry in5:nevere", null, true)]
    [InlineData("d14:failure reason3:bade", null, false)]
    [InlineData("d14:failure reason3:bad8:retry ini-5ee", null, false)]
    public async Task A_failure_reason_is_a_refusal_with_its_time_to_wait(string body, int? minutes, bool never)
    {
        TrackerException failure = await FailAsync(body);
        failure.Message.Should().Be("refused: bad");
        failure.IsRefusal.Should().BeTrue();
        failure.RetryIn.Should().Be(minutes is { } m ? TimeSpan.FromMinutes(m) : null);
        failure.IsFinal.Should().Be(never);
    }

    [Fact]
    public async Task A_failure_reason_counts_whatever_the_status()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("403 Forbidden", "d14:failure reason2:noe"u8.ToArray());
        (await FailAsync(server.Url("/announce"))).IsRefusal.Should().BeTrue();
    }

    [Fact]
    public async Task A_refusal_that_repeats_the_passkey_does_not_show_it()
    {
        await using ScriptedHttpServer server = Bencode("d14:failure reason31:unknown passkey s3cretPasskey01e");
        (await FailAsync(server.Url("/announce?passkey=s3cretPasskey01"))).Message.Should().Be("refused: unknown passkey ***");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>hello</body></html>")]
    [InlineData("i5e")]
    [InlineData("d8:interval")]
    public async Task What_is_no_answer_is_one_line(string body)
    {
        TrackerException failure = await FailAsync(body);
        failure.Message.Should().StartWith("sent a").And.Contain("response");
        failure.IsRefusal.Should().BeFalse();
    }

    [Fact]
    public async Task Deep_nesting_is_no_answer() =>
        (await FailAsync(new string('l', 200_000))).Message.Should().StartWith("sent a response that is not");

    [Fact]
    public async Task A_server_error_is_told_by_its_number()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("503 Service Unavailable", "busy"u8.ToArray());
        (await FailAsync(server.Url("/announce"))).Message.Should().Be("responded with 503");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_body_is_read_up_to_its_limit(int over, bool accepted)
    {
        int length = HttpTracker.MaxBodyLength - "d1:x1048564:e".Length;
        string body = $"d1:x{length}:{new string('x', length)}e";
        body.Length.Should().Be(HttpTracker.MaxBodyLength);
        body += new string('\n', over);
        if (accepted)
            (await AnnounceAsync(body)).Peers.Should().BeEmpty();
        else
            (await FailAsync(body)).Message.Should().Be("sent more than 1048576 bytes");
    }

    [Fact]
    public async Task A_gzip_bomb_is_stopped_at_the_limit()
    {
        byte[] bomb = Gzip(new byte[64 * 1024 * 1024]);
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", bomb, "Content-Encoding: gzip\r\n");
        (await FailAsync(server.Url("/announce"))).Message.Should().Be("sent more than 1048576 bytes");
    }

    [Fact]
    public async Task An_endless_body_is_stopped_at_the_limit()
    {
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), cancellationToken);
            byte[] block = new byte[64 * 1024];
            while (true)
                await stream.WriteAsync(block, cancellationToken);
        });
        (await FailAsync(server.Url("/announce"))).Message.Should().Be("sent more than 1048576 bytes");
    }

    [Fact]
    public async Task Headers_are_read_up_to_their_limit()
    {
        string header = $"X: {new string('x', HttpFetchOptions.MaxHeaderKibibytes * 1024)}\r\n";
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes(Empty), header);
        (await FailAsync(server.Url("/announce"))).Message.Should().Contain("16 KiB of headers");
    }

    [Fact]
    public async Task Damaged_compression_is_told()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", "not gzip at all"u8.ToArray(), "Content-Encoding: gzip\r\n");
        (await FailAsync(server.Url("/announce"))).Message.Should().Contain("cannot be decompressed");
    }

    [Fact]
    public async Task Another_protocol_is_told()
    {
        await using var server = new ScriptedHttpServer(
            async (_, stream, cancellationToken) => await stream.WriteAsync("220 smtp.example ESMTP ready\r\n\r\n"u8.ToArray(), cancellationToken));
        (await FailAsync(server.Url("/announce"))).Message.Should().Be("sent a response that is not HTTP");
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_told()
    {
        await using var server = new ScriptedHttpServer(
            async (_, stream, cancellationToken) =>
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nd8:"u8.ToArray(), cancellationToken));
        (await FailAsync(server.Url("/announce"))).Message.Should().Contain("closed before the end of the response");
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told()
    {
        (await FailAsync(new Uri($"http://127.0.0.1:{FreePort.Find()}/announce"))).Message.Should().Be("connection refused");
    }

    [Fact]
    public async Task A_silent_tracker_uses_up_the_time_of_one_request_and_no_more()
    {
        await using var server = new ScriptedHttpServer((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        (await FailAsync(server.Url("/announce"), Settings with { HttpTimeout = TimeSpan.FromMilliseconds(200) })).Message.Should().Be(
            "no complete response within 0.2 s");
    }

    [Fact]
    public async Task A_tracker_that_drips_uses_up_the_time_of_one_request_and_no_more()
    {
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), cancellationToken);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
        });
        (await FailAsync(server.Url("/announce"), Settings with { HttpTimeout = TimeSpan.FromMilliseconds(300) })).Message.Should().StartWith(
            "no complete response");
    }

    [Fact]
    public async Task The_caller_can_give_up()
    {
        await using var server = new ScriptedHttpServer((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        using var giveUp = new CancellationTokenSource();
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), giveUp.Token);
        await giveUp.CancelAsync();
        await asked.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task It_speaks_from_the_address_it_is_bound_to()
    {
        await using ScriptedHttpServer server = Bencode(Empty);
        using var other = new HttpTracker(
            server.Url("/announce"), Settings with { Outbound = new Outbound(new LocalBinding(IPAddress.Parse("127.0.0.9"))) });
        (await other.AnnounceAsync(Announces.Of(), Token)).Peers.Should().BeEmpty();
        (await FailAsync(server.Url("/announce"), Settings with { Outbound = new Outbound(new LocalBinding(IPAddress.Parse("192.0.2.1"))) })).Message
            .Should().Be("address not available on this machine");
        (await FailAsync(server.Url("/announce"), Settings with { Outbound = new Outbound(new LocalBinding(IPAddress.IPv6Loopback)) })).Message
            .Should().Be("the host has no address of the same family as the local address");
    }

    [Fact]
    public async Task A_scrape_goes_to_the_neighbouring_path()
    {
        string hash = Encoding.ASCII.GetString("bittorrent-infohash-"u8);
        await using ScriptedHttpServer server = Bencode($"d5:filesd20:{hash}d8:completei1e10:downloadedi2e10:incompletei3eeee");
        using var tracker = new HttpTracker(server.Url("/x/announce.php?k=v"), Settings);
        (await tracker.ScrapeAsync(Announces.InfoHash, Token)).Should().Be(new ScrapeResponse(1, 2, 3));
        server.Targets.Should().Equal($"/x/scrape.php?k=v&info_hash={hash}");
    }

    [Fact]
    public async Task A_tracker_without_the_convention_cannot_be_scraped()
    {
        using var tracker = new HttpTracker(new Uri("http://127.0.0.1:1/a"), Settings);
        await tracker.Invoking(it => it.ScrapeAsync(Announces.InfoHash, Token)).Should().ThrowAsync<TrackerException>();
    }

    private static ScriptedHttpServer Bencode(string body) => ScriptedHttpServer.Answering("200 OK", Encoding.Latin1.GetBytes(body));

    private static async Task<AnnounceResponse> AnnounceAsync(string body)
    {
        await using ScriptedHttpServer server = Bencode(body);
        using var tracker = new HttpTracker(server.Url("/announce"), Settings);
        return await tracker.AnnounceAsync(Announces.Of(), Token);
    }

    private static async Task<TrackerException> FailAsync(string body)
    {
        await using ScriptedHttpServer server = Bencode(body);
        return await FailAsync(server.Url("/announce"));
    }

    private static async Task<TrackerException> FailAsync(Uri url, TrackerSettings? settings = null)
    {
        using var tracker = new HttpTracker(url, settings ?? Settings);
        return (await tracker.Invoking(it => it.AnnounceAsync(Announces.Of(), Token)).Should().ThrowAsync<TrackerException>()).Which;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return output.ToArray();
    }
}
