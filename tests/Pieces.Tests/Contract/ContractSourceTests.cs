using System.Text.RegularExpressions;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Where torrents come from, and the tracker that names their peers.</summary>
[Trait("Tier", "Loopback")]
public sealed class ContractSourceTests : IDisposable
{
    private static readonly TestTorrent Torrent = new("film.bin", 300_000, 32 * 1024);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("source stdin")]
    public async Task The_bytes_of_a_torrent_come_from_stdin()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, "-", _folder["out"]), input: Torrent.TorrentBytes);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    [Contract("source info-hash-base32")]
    public async Task An_info_hash_may_be_written_in_base_32()
    {
        Torrent.WriteContent(_folder["data"]);
        string port = $"{FreePort.Find()}";
        await using PiecesProcess seed = PiecesProcess.Start(PiecesCommand.Seed(Torrent.WriteTorrent(_folder.Path), _folder["data"], "-p", port));
        await seed.WaitForErrorTextAsync("seeding 100");
        string hash = Base32(Convert.FromHexString(Torrent.Metainfo.InfoHash.ToString()));
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", hash, _folder["out"]));
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    [Contract("command tracker", "tracker {http,udp}", "flag --tracker", "event tracker", "event tracker {url,ok,peers}")]
    public async Task Peers_find_each_other_by_the_tracker_alone(string scheme)
    {
        await using PiecesProcess tracker = PiecesProcess.Start(["tracker", "--port", "0"]);
        await tracker.WaitForOutputTextAsync("udp://127.0.0.1:");
        await tracker.WaitForOutputAsync("two lines", said => said.Split('\n').Length == 3);
        string url = tracker.OutputSoFar.Split('\n').Single(line => line.StartsWith(scheme, StringComparison.Ordinal));
        Torrent.WriteContent(_folder["data"]);
        string path = Torrent.WriteTorrent(_folder.Path);
        await using PiecesProcess seed = PiecesProcess.Start(
            ["seed", path, "--data", _folder["data"], "--tracker", url, "--interface", "127.0.0.1", "-p", "0", "--json"]);
        await seed.WaitForOutputTextAsync("\"tracker\"");

        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.Download(path, _folder["out"], "--tracker", url, "--json"));
        result.ExitCode.Should().Be(0, result.StandardOutput);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
        var told = EventLines.Parse(result.StandardOutput).Of("tracker")[0];
        (told.Text("url"), (bool)told["ok"]!).Should().Be((url, true));
        told.Number("peers").Should().BePositive();
    }

    [Fact]
    [Contract("command tracker --listen", "exit-0 tracker-signal")]
    public async Task A_tracker_listens_where_it_is_told_to()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("only 127.0.0.1 is there from the start");
        await using PiecesProcess tracker = PiecesProcess.Start(["tracker", "--port", "0", "--listen", "127.0.0.2"]);
        await tracker.WaitForOutputTextAsync("udp://");
        await tracker.SignalAsync("INT");
        PiecesResult result = await tracker.WaitAsync();
        result.ExitCode.Should().Be(0);
        Regex.Count(result.StandardOutput, @"://127\.0\.0\.2:\d+/announce\n").Should().Be(2);
    }

    [Fact]
    [Contract("exit 1")]
    public async Task A_tracker_whose_port_is_taken_is_an_unclassified_failure()
    {
        await using var other = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync("tracker", "--port", other.Address.Split(':')[1]);
        result.ExitCode.Should().Be(1);
        result.StandardError.Should().StartWith("pieces: tracker: ").And.MatchRegex("^[^\n]*\n$");
    }

    public void Dispose() => _folder.Dispose();

    private static string Base32(byte[] bytes)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        string bits = string.Concat(bytes.Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
        return string.Concat(bits.Chunk(5).Select(five => Letters[Convert.ToInt32(new string(five), 2)]));
    }
}
