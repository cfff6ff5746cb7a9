using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Tests.Bencode;
using Pieces.Tests.Support;
using Pieces.Trackers;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Loopback")]
public class SwarmScrapeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_tracker_is_asked_once_and_answers_stand_in_order()
    {
        await using ScriptedHttpServer full = Answering(Counts(7, 100, 3)), empty = Answering("d5:filesdee");
        Metainfo torrent = TorrentOf(full.Url("/announce"), empty.Url("/announce"), full.Url("/announce"));
        TrackerCounts[] counts = [.. await SwarmScrape.RunAsync(torrent, new SwarmScrapeOptions(), Token)];
        counts.Should().Equal(
            new TrackerCounts(full.Url("/announce").ToString(), 7, 3, 100, null),
            new TrackerCounts(empty.Url("/announce").ToString(), null, null, null, "does not know this torrent"));
        full.Targets.Should().ContainSingle().Which.Should().StartWith("/scrape?info_hash=%");
    }

    [Fact]
    public async Task A_silent_tracker_takes_no_longer_than_it_may_and_does_not_hold_up_the_others()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var mute = new ScriptedHttpServer((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        await using ScriptedHttpServer server = Answering(Counts(1, 2, 3));
        Metainfo torrent = TorrentOf(new Uri($"udp://{silent.LocalEndPoint}/announce"), mute.Url("/announce"), server.Url("/announce"));
        var options = new SwarmScrapeOptions { Timeout = TimeSpan.FromSeconds(5) };
        ImmutableArray<TrackerCounts> counts = await SwarmScrape.RunAsync(torrent, options, Token);
        counts[0].Error.Should().Be("no response within 5 s");
        counts[1].Error.Should().BeOneOf("no response within 5 s", "no complete response within 5 s");
        counts[2].Seeders.Should().Be(1);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("http")]
    public async Task A_host_name_that_is_too_long_concerns_that_tracker_alone(string scheme)
    {
        await using ScriptedHttpServer server = Answering(Counts(1, 2, 3));
        string host = string.Join('.', Enumerable.Repeat(new string('a', 60), 6));
        ImmutableArray<TrackerCounts> counts = await SwarmScrape.RunAsync(
            TorrentOf(new Uri($"{scheme}://{host}:6969/announce"), server.Url("/announce")), new SwarmScrapeOptions(), Token);
        counts[0].Error.Should().Be("no address for its host: no such host");
        counts[1].Seeders.Should().Be(1);
    }

    [Fact]
    public async Task A_tracker_cannot_lead_a_scrape_to_another_port_of_this_machine()
    {
        await using ScriptedHttpServer victim = Answering(Counts(1, 2, 3));
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("302 Found", default, $"Location: {victim.Url("/scrape")}\r\n");
        ImmutableArray<TrackerCounts> counts = await SwarmScrape.RunAsync(TorrentOf(server.Url("/announce")), new SwarmScrapeOptions(), Token);
        counts[0].Error.Should().Be("redirects to another port of this machine");
        victim.Targets.Should().BeEmpty();
    }

    [Fact]
    public async Task An_endless_answer_is_cut_and_hostile_words_are_escaped()
    {
        await using ScriptedHttpServer endless = Answering(new string('x', HttpTracker.MaxBodyLength + 1));
        await using ScriptedHttpServer hostile = Answering("d14:failure reason6:\u001B[31m!e");
        Metainfo torrent = TorrentOf(endless.Url("/announce"), hostile.Url("/announce"), new Uri("ftp://tracker.example/announce"));
        ImmutableArray<TrackerCounts> counts = await SwarmScrape.RunAsync(torrent, new SwarmScrapeOptions(), Token);
        counts.Select(count => count.Error).Should().Equal(
            "sent more than 1048576 bytes", "refused: \\x1B[31m!", "only http, https and udp trackers are supported");
    }

    [Fact]
    public async Task The_caller_may_give_up()
    {
        await using var mute = new ScriptedHttpServer((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        using var stop = new CancellationTokenSource();
        Task<ImmutableArray<TrackerCounts>> asking = SwarmScrape.RunAsync(TorrentOf(mute.Url("/announce")), new SwarmScrapeOptions(), stop.Token);
        await stop.CancelAsync();
        await asking.Invoking(it => it).Should().ThrowAsync<OperationCanceledException>();
    }

    private static ScriptedHttpServer Answering(string body) => ScriptedHttpServer.Answering("200 OK", System.Text.Encoding.Latin1.GetBytes(body));

    private static string Counts(int seeds, int completed, int leechers)
    {
        byte[] hash = new byte[20];
        TorrentOf().InfoHash.CopyTo(hash);
        return $"d5:filesd20:{System.Text.Encoding.Latin1.GetString(hash)}d8:completei{seeds}e10:downloadedi{completed}e10:incompletei{leechers}eeee";
    }

    private static Metainfo TorrentOf(params Uri[] trackers) => MetainfoParser.Parse(Bytes(SingleInfo(), new Dict
    {
        ["announce-list"] = trackers.Select(object (url) => new List<object> { url.ToString() }).ToList(),
    }));
}
