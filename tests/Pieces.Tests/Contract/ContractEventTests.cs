using System.Globalization;
using System.Text.Json.Nodes;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Each field of each event, with a run that sets it.</summary>
[Trait("Tier", "Loopback")]
public sealed class ContractEventTests : IDisposable
{
    private const int PieceLength = 32 * 1024;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("album", 4, 4 * PieceLength, PieceLength);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract(
        "envelope {v,time,event,infohash,one-object-a-line}", "event peer {address,state,connected,closed,reason,client}",
        "event progress {done,size,down_rate,up_rate,uploaded,peers,seeds,eta_s}", "event file {path,size}",
        "event complete {seconds,downloaded,uploaded,wasted}", "event tracker {url,ok,error}", "event start {have,files,size,pieces,piece_length}")]
    public async Task A_download_of_a_few_seconds_fills_each_field()
    {
        await using var seeder = new RecordingSeeder(Torrent, 4 * PieceLength);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d14:failure reason9:not todaye"u8.ToArray());
        DateTimeOffset began = DateTimeOffset.UtcNow;
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.Download(
            Torrent.WriteTorrent(_folder.Path), _folder["out"], "--peer", seeder.Address, "--tracker", tracker.Url("/announce").ToString(),
            "--json"));
        result.ExitCode.Should().Be(0);
        IReadOnlyList<JsonObject> told = EventLines.Parse(result.StandardOutput);

        told.Should().OnlyContain(
            e => e.Number("v") == 1 && e.Text("event")!.Length > 0 && e.Text("infohash") == Torrent.Metainfo.InfoHash.ToString());
        told.Select(e => DateTimeOffset.Parse(e.Text("time")!, CultureInfo.InvariantCulture)).Should().OnlyContain(
            time => time > began.AddSeconds(-1) && time < DateTimeOffset.UtcNow.AddSeconds(1));
        JsonObject connected = told.Of("peer")[0], closed = told.Of("peer")[^1];
        (connected.Text("address"), connected.Text("state"), connected.Text("reason")).Should().Be((seeder.Address, "connected", ""));
        (closed.Text("address"), closed.Text("state")).Should().Be((seeder.Address, "closed"));
        told.Of("peer").Should().OnlyContain(e => e.Text("client") == connected.Text("client")).And.NotContain(e => e.Text("client") == "");
        told.Of("file").Select(e => (e.Text("path"), e.Number("size"))).Should().BeEquivalentTo(
            Torrent.Files.Select(file => (Path.Join(_folder["out"], file.Path), file.Length)));
        JsonObject[] progress = [.. told.Of("progress").Where(e => e.Number("down_rate") > 0)];
        progress.Should().NotBeEmpty()
            .And.OnlyContain(e => e.Number("size") == Torrent.Length && e.Number("up_rate") == 0 && e.Number("uploaded") == 0);
        progress.Select(e => e.Number("done")).Should().BeInAscendingOrder().And.Contain(done => done > 0 && done < Torrent.Length);
        progress.Should().Contain(e => e.Number("peers") == 1 && e.Number("seeds") == 1 && e["eta_s"] != null && e.Number("eta_s") > 0);
        JsonObject refused = told.Of("tracker")[0];
        (refused.Text("url"), (bool)refused["ok"]!, refused.Number("peers")).Should().Be((tracker.Url("/announce").ToString(), false, 0));
        refused.Text("error").Should().Contain("not today");
        JsonObject complete = told.Of("complete").Single();
        ((double)complete["seconds"]!).Should().BeGreaterThan(3);
        (complete.Number("downloaded"), complete.Number("uploaded"), complete.Number("wasted")).Should().Be((Torrent.Length, 0, 0));
    }

    [Fact]
    [Contract("event start have", "event piece {index,have,pieces}")]
    public async Task What_was_there_already_is_counted()
    {
        Torrent.WriteContent(_folder["out"]);
        File.Delete(_folder["out/album/file-0002.bin"]);
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"], "--json"));
        result.ExitCode.Should().Be(0);
        IReadOnlyList<JsonObject> told = EventLines.Parse(result.StandardOutput);
        told.Of("start")[0].Number("have").Should().Be(12);
        told.Of("piece").Select(e => e.Number("index")).Should().BeEquivalentTo([8L, 9L, 10L, 11L]);
        told.Of("piece").Select(e => e.Number("have")).Should().Equal(13, 14, 15, 16);
        told.Of("piece").Should().OnlyContain(e => e.Number("pieces") == 16);
    }

    [Fact]
    [Contract("event complete wasted", "event peer banned")]
    public async Task What_had_to_be_thrown_away_is_counted_and_its_sender_banned()
    {
        // A fast seeder sends wrong blocks, and a slow one sends correct blocks.
        string path = Torrent.WriteTorrent(_folder.Path);
        await using var liar = new RecordingSeeder(Torrent) { Lies = true };
        await using var slow = new RecordingSeeder(Torrent, 4 * PieceLength);
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom(slow.Address, path, _folder["out"], "--peer", liar.Address, "--json"));
        result.ExitCode.Should().Be(0);
        IReadOnlyList<JsonObject> told = EventLines.Parse(result.StandardOutput);
        JsonObject banned = told.Of("peer").First(e => e.Text("state") == "banned");
        banned.Text("address").Should().Be(liar.Address);
        banned.Text("reason").Should().NotBeEmpty();
        told.Of("complete").Single().Number("wasted").Should().BeGreaterThanOrEqualTo(PieceLength);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    [Contract("event error", "event error {message,code}", "event summary", "event summary {exit,reason}")]
    public async Task A_failure_has_its_line_and_its_code()
    {
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.Download(Torrent.WriteTorrent(_folder.Path), _folder["out"], "--no-trackers", "--stall-timeout", "1s", "--json"));
        result.ExitCode.Should().Be(5);
        IReadOnlyList<JsonObject> told = EventLines.Parse(result.StandardOutput);
        JsonObject error = told.Of("error").Single(), summary = told[^1];
        error.Text("message").Should().Be("album: no usable peer in 1s (the same command resumes it)");
        error.Number("code").Should().Be(5);
        (summary.Text("event"), summary.Number("exit"), summary.Text("reason")).Should().Be(("summary", 5, error.Text("message")));
    }

    public void Dispose() => _folder.Dispose();
}
