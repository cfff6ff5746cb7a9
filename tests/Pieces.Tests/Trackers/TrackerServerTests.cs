using System.Net;
using System.Net.Sockets;
using System.Text;
using Pieces.Cli.Tracker;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Trackers;
using Pieces.Trackers.Server;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Loopback")]
public class TrackerServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task Our_client_finds_others_through_it(string scheme)
    {
        await using TrackerServer server = await StartAsync();
        using ITracker tracker = TrackerOf(server, scheme);
        (await tracker.AnnounceAsync(Announces.Of(port: 1001, left: 0), Token)).Peers.Should().BeEmpty();
        AnnounceResponse second = await tracker.AnnounceAsync(Announces.Of(port: 1002), Token);
        second.Peers.Should().Equal(IPEndPoint.Parse("127.0.0.1:1001"));
        (second.Seeders, second.Leechers, second.Interval).Should().Be((1, 1, TimeSpan.FromMinutes(2)));
        (await tracker.AnnounceAsync(Announces.Of(AnnounceEvent.Completed, 1002, left: 0), Token)).Seeders.Should().Be(2);
        (await tracker.ScrapeAsync(Announces.InfoHash, Token)).Should().Be(new ScrapeResponse(2, 1, 0));
        await tracker.AnnounceAsync(Announces.Of(AnnounceEvent.Stopped, 1001, left: 0), Token);
        (await tracker.ScrapeAsync(Announces.InfoHash, Token)).Should().Be(new ScrapeResponse(1, 1, 0));
    }

    [Fact]
    public async Task A_peer_that_came_by_UDP_is_found_by_HTTP()
    {
        await using TrackerServer server = await StartAsync();
        using ITracker udp = TrackerOf(server, "udp");
        using ITracker http = TrackerOf(server, "http");
        await udp.AnnounceAsync(Announces.Of(port: 1001), Token);
        (await http.AnnounceAsync(Announces.Of(port: 1002), Token)).Peers.Should().Equal(IPEndPoint.Parse("127.0.0.1:1001"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task Port_0_is_told_of_others_and_not_passed_on(string scheme)
    {
        await using TrackerServer server = await StartAsync();
        using ITracker tracker = TrackerOf(server, scheme);
        await tracker.AnnounceAsync(Announces.Of(port: 1001), Token);
        (await tracker.AnnounceAsync(Announces.Of(port: 0), Token)).Peers.Should().HaveCount(1);
        (await tracker.ScrapeAsync(Announces.InfoHash, Token)).Leechers.Should().Be(1);
    }

    [Fact]
    public async Task It_works_over_IPv6()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerServerOptions { Address = IPAddress.IPv6Loopback, Port = 0 }, Token);
        using ITracker udp = TrackerOf(server, "udp");
        using ITracker http = TrackerOf(server, "http");
        await udp.AnnounceAsync(Announces.Of(port: 1001), Token);
        (await udp.AnnounceAsync(Announces.Of(port: 1002), Token)).Peers.Should().Equal(IPEndPoint.Parse("[::1]:1001"));
        (await http.AnnounceAsync(Announces.Of(port: 1002), Token)).Peers.Should().Equal(IPEndPoint.Parse("[::1]:1001"));
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_line()
    {
        await using TrackerServer server = await StartAsync();
        await FluentActions.Awaiting(() => TrackerServer.StartAsync(new TrackerServerOptions { Port = server.LocalEndPoint.Port }, Token))
            .Should().ThrowAsync<IOException>().WithMessage($"cannot listen on {server.LocalEndPoint}*");
    }

    [Fact]
    public async Task A_port_that_only_TCP_has_taken_is_one_clear_line_too()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await FluentActions.Awaiting(
            () => TrackerServer.StartAsync(new TrackerServerOptions { Port = port }, Token)).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task It_runs_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        string? url = null;
        await TrackerServer.RunAsync(
            new TrackerServerOptions { Port = 0 },
            server =>
            {
                url = server.HttpUrl;
                stop.Cancel();
            },
            stop.Token);
        url.Should().MatchRegex("^http://127\\.0\\.0\\.1:[1-9][0-9]+/announce$");
    }

    [Fact]
    public async Task Binary_info_hashes_come_through_as_they_are()
    {
        await using TrackerServer server = await StartAsync();
        using ITracker tracker = TrackerOf(server, "http");
        byte[] bytes = new byte[SwarmKey.Length];
        for (int first = 0; first < 256; first += SwarmKey.Length)
        {
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(first + i);
            AnnounceRequest request = Announces.Of(port: 1001) with { InfoHash = SwarmKey.FromBytes(bytes) };
            await tracker.AnnounceAsync(request, Token);
            (await tracker.ScrapeAsync(request.InfoHash, Token)).Leechers.Should().Be(1);
        }
    }

    [Theory]
    [InlineData(KestrelHost.MaxRequestLine, false)]
    [InlineData(KestrelHost.MaxRequestLine + 1, true)]
    public async Task A_request_line_is_read_to_its_limit(int length, bool isTooLong)
    {
        const string Back = " HTTP/1.1\r\n";
        await using TrackerServer server = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(server.LocalEndPoint, Token);
        string line = "GET /".PadRight(length - Back.Length, 'x') + Back;
        line.Should().HaveLength(length);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{line}Host: tracker\r\n\r\n"), Token);
        using var reader = new StreamReader(client.GetStream());
        string status = (await reader.ReadLineAsync(Token))!;
        status.Should().StartWith("HTTP/1.1 ");
        status.Contains(" 414 ", StringComparison.Ordinal).Should().Be(isTooLong, status);
    }

    [Theory]
    [InlineData(KestrelHost.MaxBodyLength, 2)]
    [InlineData(KestrelHost.MaxBodyLength + 1, 1)]
    public async Task A_connection_is_kept_open_behind_a_body_to_its_limit(int length, int answers)
    {
        await using TrackerServer server = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(server.LocalEndPoint, Token);
        string first = $"POST / HTTP/1.1\r\nHost: tracker\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}";
        const string Second = "GET / HTTP/1.1\r\nHost: tracker\r\nConnection: close\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(first + Second), Token);
        using var reader = new StreamReader(client.GetStream());
        (await reader.ReadToEndAsync(Token)).Split("HTTP/1.1 ").Should().HaveCount(1 + answers);
    }

    [Theory]
    [InlineData("", "info_hash is missing")]
    [InlineData("info_hash=short", "info_hash is missing")]
    [InlineData("info_hash=bittorrent-infohash-", "peer_id is missing")]
    [InlineData("info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--", "port is missing")]
    [InlineData("info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&port=65536", "port is missing")]
    [InlineData("info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&port=-1", "port is missing")]
    [InlineData("info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&port=1&event=dance", "event is not one")]
    public void Bad_input_gets_a_failure_reason(string query, string reason) =>
        Answer($"/announce?{query}").Should().StartWith("d14:failure reason").And.Contain(reason);

    [Fact]
    public void Peers_are_listed_as_dictionaries_when_asked_for()
    {
        HttpAnnounceHandler handler = Handler();
        handler.Answer("/announce?info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&port=1", IPAddress.Loopback);
        string answer = Encoding.Latin1.GetString(
            handler.Answer("/announce?info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&port=2&compact=0", IPAddress.Loopback)!);
        answer.Should().EndWith("5:peersld2:ip9:127.0.0.17:peer id20:bittorrent-peer-id--4:porti1eeee");
    }

    [Fact]
    public void Peers_are_packed_unless_asked_for_otherwise()
    {
        HttpAnnounceHandler handler = Handler();
        const string Announce = "/announce?info_hash=bittorrent-infohash-&peer_id=bittorrent-peer-id--&left=0&port=";
        handler.Answer(Announce + "1", IPAddress.Loopback);
        handler.Answer(Announce + "2", IPAddress.IPv6Loopback);
        Encoding.Latin1.GetString(handler.Answer(Announce + "3", IPAddress.Loopback)!).Should().Be(
            "d8:completei3e10:downloadedi0e10:incompletei0e8:intervali300e12:min intervali10e"
            + "5:peers6:\u007F\0\0\u0001\0\u00016:peers618:\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u0001\0\u0002e");
    }

    [Fact]
    public void The_counts_of_several_swarms_are_sorted_by_their_hashes()
    {
        HttpAnnounceHandler handler = Handler();
        foreach (string swarm in new[] { "bittorrent-infohash-", "aittorrent-infohash-" })
            handler.Answer($"/announce?info_hash={swarm}&peer_id=bittorrent-peer-id--&left=1&port=1", IPAddress.Loopback);
        const string Counts = "d8:completei0e10:downloadedi0e10:incompletei1ee";
        Encoding.Latin1.GetString(handler.Answer("/scrape?info_hash=bittorrent-infohash-&info_hash=aittorrent-infohash-", IPAddress.Loopback)!)
            .Should().Be($"d5:filesd20:aittorrent-infohash-{Counts}20:bittorrent-infohash-{Counts}ee");
    }

    [Fact]
    public void A_UDP_announce_and_a_scrape_are_answered_byte_by_byte()
    {
        var handler = new UdpAnnounceHandler(new AnnounceTable(), TimeProvider.System);
        var from = IPEndPoint.Parse("10.0.0.1:1");
        byte[] connection = handler.Answer(Convert.FromHexString("0000041727101980000000003b9aca09"), from)![8..];
        byte[] Request(string rest) => [.. connection, .. Convert.FromHexString(rest)];
        string Announce(string port) =>
            $"000000010000000a{new string('1', 40)}{new string('2', 40)}{new string('0', 48)}00000002{new string('0', 16)}ffffffff{port}";
        handler.Answer(Request(Announce("1111")), from);
        Convert.ToHexStringLower(handler.Answer(Request(Announce("2222")), from)!).Should().Be(
            "000000010000000a0000012c00000000000000020a0000011111");
        Convert.ToHexStringLower(handler.Answer(Request($"000000020000000b{new string('1', 40)}{new string('3', 40)}"), from)!)
            .Should().Be("000000020000000b" + "000000020000000000000000" + "000000000000000000000000");
    }

    [Fact]
    public void Other_paths_are_nothing() => Handler().Answer("/", IPAddress.Loopback).Should().BeNull();

    [Fact]
    public void A_UDP_announce_without_a_connection_of_that_address_is_refused()
    {
        var handler = new UdpAnnounceHandler(new AnnounceTable(), TimeProvider.System);
        byte[] connect = Convert.FromHexString("0000041727101980000000003b9aca09");
        byte[] mine = handler.Answer(connect, IPEndPoint.Parse("10.0.0.1:1"))!;
        byte[] announce = new byte[98];
        mine.AsSpan(8, 8).CopyTo(announce);
        announce[11] = 1;
        handler.Answer(announce, IPEndPoint.Parse("10.0.0.1:2"))![3].Should().Be(1);
        handler.Answer(announce, IPEndPoint.Parse("10.0.0.2:1"))![3].Should().Be(3);
    }

    [Fact]
    public void Random_datagrams_get_no_answer_longer_than_they_are()
    {
        var handler = new UdpAnnounceHandler(new AnnounceTable(), TimeProvider.System);
        var random = new Random(3);
        byte[] datagram = new byte[200];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(datagram);
            datagram.AsSpan(8, 3).Clear();
            datagram[11] &= 3;
            int length = random.Next(datagram.Length);
            int answered = handler.Answer(datagram.AsSpan(0, length), new IPEndPoint(IPAddress.Loopback, 1))?.Length ?? 0;
            answered.Should().BeLessThanOrEqualTo(length);
        }
    }

    private static Task<TrackerServer> StartAsync() => TrackerServer.StartAsync(new TrackerServerOptions { Port = 0 }, Token);

    private static ITracker TrackerOf(TrackerServer server, string scheme)
    {
        TrackerFactory.TryCreate(
            scheme == "udp" ? server.UdpUrl : server.HttpUrl,
            new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy() },
            new Random(1),
            out ITracker? tracker,
            out _).Should().BeTrue();
        return tracker!;
    }

    private static HttpAnnounceHandler Handler() => new(new AnnounceTable(), TimeSpan.FromSeconds(10));

    private static string Answer(string target) => Encoding.Latin1.GetString(Handler().Answer(target, IPAddress.Loopback)!);
}
