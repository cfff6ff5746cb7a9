using System.Text.Json;
using Pieces.Cli.Tracker;
using Pieces.Tests.Bencode;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Cli.Reports;

/// <summary>What show and verify print for programs and for people, by the program itself.</summary>
[Trait("Tier", "Loopback")]
public sealed class ReportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("command show --json")]
    public async Task Show_prints_one_object_with_everything()
    {
        JsonElement show = await ObjectAsync(0, "show", Repository.TestData("sources.torrent"), "--json");
        string[] fields =
            ["v", "name", "original_name", "infohash", "infohash_v2", "version", "size", "piece_length", "pieces", "private", "comment", "creator",
            "created", "source", "files", "trackers", "web_seeds", "nodes", "warnings", "magnet", "scrape"];
        show.EnumerateObject().Select(field => field.Name).Should().Equal(fields);
        show.GetProperty("infohash").GetString().Should().MatchRegex("^[0-9a-f]{40}$");
        show.GetProperty("infohash_v2").ValueKind.Should().Be(JsonValueKind.Null);
        show.GetProperty("version").GetString().Should().Be("v1");
        show.GetProperty("comment").GetString().Should().NotBeNullOrEmpty();
        show.GetProperty("created").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        show.GetProperty("trackers").EnumerateArray().Select(tracker => tracker.GetProperty("tier").GetInt32()).Should().BeInAscendingOrder()
            .And.HaveCountGreaterThan(1);
        show.GetProperty("web_seeds").GetArrayLength().Should().Be(1);
        show.GetProperty("magnet").ValueKind.Should().Be(JsonValueKind.Null, "it was not asked for");
    }

    [Fact]
    public async Task Padding_has_no_number_and_a_hybrid_has_two_hashes()
    {
        JsonElement padded = await ObjectAsync(0, "show", Repository.TestData("padding.torrent"), "--json");
        padded.GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("index").ToString(), file.GetProperty("pad").GetBoolean()))
            .Should().Equal(("1", false), ("", true), ("2", false));
        JsonElement hybrid = await ObjectAsync(0, "show", Repository.TestData("hybrid.torrent"), "--json");
        hybrid.GetProperty("version").GetString().Should().Be("hybrid");
        hybrid.GetProperty("infohash_v2").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Fact]
    public async Task A_hostile_name_and_a_secret_stay_harmless()
    {
        // Bytes are written as they are: three of them are one character that turns the order of letters round.
        Dict info = SingleInfo("a\u001B[2J\u00E2\u0080\u00AEb\nc");
        info["source"] = "S\u0007";
        string path = _folder.Write("x.torrent", Bytes(info, new Dict { ["announce"] = "http://t.example/0123456789abcdef0123/announce" }));
        PiecesResult result = await PiecesProcess.RunAsync("show", path, "--json");
        result.StandardOutput.Should().MatchRegex("^[ -~]+\n$", "it is one line of ASCII").And.NotContain("0123456789abcdef0123");
        using var document = JsonDocument.Parse(result.StandardOutput);
        document.RootElement.GetProperty("original_name").GetString().Should().Be("a\u001B[2J\u202Eb\nc");
        document.RootElement.GetProperty("source").GetString().Should().Be("S\u0007");
    }

    [Fact]
    [Contract("command show --magnet")]
    public async Task The_magnet_link_stands_alone_and_its_passkey_is_warned_of()
    {
        string path = _folder.Write(
            "x.torrent", Bytes(SingleInfo("a b"), new Dict { ["announce"] = "http://t.example/0123456789abcdef0123/announce" }));
        PiecesResult result = await PiecesProcess.RunAsync("show", path, "--magnet");
        result.StandardOutput.Should().MatchRegex(
            "^magnet:[?]xt=urn:btih:[0-9a-f]{40}&dn=a%20b&xl=[0-9]+&tr=http%3A%2F%2Ft.example%2F0123456789abcdef0123%2Fannounce\n$");
        result.StandardError.Should().MatchRegex("^pieces: warning: [^\n]*passkey[^\n]*\n$");
    }

    [Fact]
    [Contract("command show --scrape")]
    public async Task Scrape_asks_every_tracker_and_says_who_did_not_answer()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(
            new TrackerServerOptions { Port = 0 }, TestContext.Current.CancellationToken);
        string path = _folder.Write("x.torrent", Bytes(SingleInfo(), new Dict
        {
            ["announce-list"] = new List<object>
            {
                new List<object> { server.HttpUrl, server.UdpUrl },
                new List<object> { $"http://127.0.0.1:{FreePort.Find()}/announce", "http://127.0.0.1:1/other" },
            },
        }));
        PiecesResult text = await PiecesProcess.RunAsync("show", path, "--scrape");
        text.ExitCode.Should().Be(0);
        text.StandardOutput.Should().Contain($"scrape:       {server.UdpUrl}: 0 seeds, 0 leechers, 0 completed\n")
            .And.Contain($"scrape:       {server.HttpUrl}: does not know this torrent\n");
        JsonElement show = await ObjectAsync(0, "show", path, "--scrape", "--json");
        show.GetProperty("scrape").EnumerateArray().Select(line => line.GetProperty("error").GetString())
            .Should().Equal("does not know this torrent", null, "connection refused", "cannot be scraped: its path does not end in /announce");
    }

    [Theory]
    [InlineData(1, "its tracker returned no counts")]
    [InlineData(2, "none of its 2 trackers returned counts")]
    public async Task Scrape_prints_all_the_same_and_ends_with_sixteen_when_no_tracker_tells_anything(int trackers, string fact)
    {
        var tiers = new List<object>();
        for (int i = 0; i < trackers; i++)
            tiers.Add(new List<object> { $"http://127.0.0.1:{FreePort.Find()}/announce" });
        string path = _folder.Write("x.torrent", Bytes(SingleInfo(), new Dict { ["announce-list"] = tiers }));
        PiecesResult text = await PiecesProcess.RunAsync("show", path, "--scrape", "--files");
        text.ExitCode.Should().Be(16);
        text.StandardOutput.Should().Contain("name:").And.Contain(": connection refused\n").And.MatchRegex("\n +1 +[0-9]+ [^\n]+\n$");
        text.StandardError.Should().MatchRegex($"^pieces: [^\n]+: {fact}\n$");
        JsonElement show = await ObjectAsync(16, "show", path, "--scrape", "--json");
        show.GetProperty("scrape").GetArrayLength().Should().Be(trackers);
    }

    [Fact]
    public async Task Scrape_of_a_torrent_without_trackers_is_no_failure()
    {
        string path = _folder.Write("x.torrent", Bytes(SingleInfo()));
        PiecesResult text = await PiecesProcess.RunAsync("show", path, "--scrape");
        text.ExitCode.Should().Be(0);
        text.StandardError.Should().Contain("has no tracker");
    }

    [Fact]
    [Contract("command verify --json", "exit 10")]
    public async Task Verify_prints_one_object_and_ends_with_ten_when_something_is_wrong()
    {
        var torrent = TestTorrent.OfFiles("album", count: 3, lengthOfEach: 100_000, pieceLength: 32 * 1024);
        string path = torrent.WriteTorrent(_folder.Path);
        torrent.WriteContent(_folder["data"]);
        JsonElement good = await ObjectAsync(0, "verify", path, "--data", _folder["data"], "--json");
        good.GetProperty("ok").GetBoolean().Should().BeTrue();
        (good.GetProperty("pieces").GetInt32(), good.GetProperty("good_pieces").GetInt32()).Should().Be((10, 10));

        File.Delete(_folder["data/album/file-0001.bin"]);
        JsonElement bad = await ObjectAsync(10, "verify", path, "--data", _folder["data"], "--json");
        bad.GetProperty("ok").GetBoolean().Should().BeFalse();
        bad.GetProperty("bad_pieces").EnumerateArray().Select(piece => piece.GetInt32()).Should().Equal(3, 4, 5, 6);
        bad.GetProperty("missing").EnumerateArray().Select(file => file.GetString()).Should().Equal("album/file-0001.bin");
        bad.GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("verdict").GetString(), file.GetProperty("bad_pieces").GetInt32()))
            .Should().Equal(("damaged", 1), ("missing", 4), ("damaged", 1));
    }

    [Fact]
    public async Task Verify_of_some_files_says_what_it_cannot_know_and_is_content()
    {
        var torrent = TestTorrent.OfFiles("album", count: 3, lengthOfEach: 100_000, pieceLength: 32 * 1024);
        string path = torrent.WriteTorrent(_folder.Path);
        torrent.WriteContent(_folder["data"]);
        File.Delete(_folder["data/album/file-0001.bin"]);
        JsonElement first = await ObjectAsync(0, "verify", path, "--data", _folder["data"], "--json", "-s", "1");
        (first.GetProperty("checked_pieces").GetInt32(), first.GetProperty("good_pieces").GetInt32()).Should().Be((4, 3));
        first.GetProperty("unproven_pieces").EnumerateArray().Select(piece => piece.GetInt32()).Should().Equal(3);
        first.GetProperty("files").GetArrayLength().Should().Be(1);

        await using (FileStream file = File.OpenWrite(_folder["data/album/file-0000.bin"]))
            file.WriteByte(0xAA);
        JsonElement changed = await ObjectAsync(10, "verify", path, "--data", _folder["data"], "--json", "-s", "1");
        changed.GetProperty("bad_pieces").EnumerateArray().Select(piece => piece.GetInt32()).Should().Equal(0);
        await ObjectAsync(10, "verify", path, "--data", _folder["data"], "--json", "-s", "2");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<JsonElement> ObjectAsync(int code, params string[] arguments)
    {
        PiecesResult result = await PiecesProcess.RunAsync(arguments);
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardOutput.Should().MatchRegex("^[ -~]+\n$");
        using var document = JsonDocument.Parse(result.StandardOutput);
        return document.RootElement.Clone();
    }
}
