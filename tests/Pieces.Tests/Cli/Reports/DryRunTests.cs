using System.Text.Json;
using Pieces.Tests.Contract;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli.Reports;

[Trait("Tier", "Loopback")]
public sealed class DryRunTests : IDisposable
{
    private const int FileLength = 100_000;
    private const int PieceLength = 32 * 1024;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("album", count: 4, FileLength, PieceLength);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("flag -n")]
    public async Task Nothing_is_touched_and_nobody_is_asked()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        PiecesResult result = await RunAsync(
            "--peer", seeder.Address, "--tracker", $"{tracker.Url("/0123456789abcdef0123/announce")}", "-s", "file-0001.bin");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain("selected:     1 of 4 files, 100000 bytes (97.7 KiB)\n").And.Contain("/***/announce (tier 1)\n")
            .And.Contain("present:      0 bytes, 0 of 4 pieces, each hashed\n").And.Contain("to download:  131072 bytes (128.0 KiB) in 4 pieces\n")
            .And.MatchRegex("disk space:   100000 bytes [^\n]* free: enough\n").And.MatchRegex("fetch +2 +100000 [^\n]*/album/file-0001.bin\n")
            .And.NotContain("0123456789abcdef0123");
        // A check that takes more than 250 ms is shown, and on a busy machine even this one may.
        result.StandardError.Should().MatchRegex("^(album: [^\n]*\n)*$");
        seeder.Callers.Should().BeEmpty();
        tracker.Targets.Should().BeEmpty();
        Directory.Exists(_folder["out"]).Should().BeFalse();
    }

    [Fact]
    public async Task What_is_there_is_counted_wherever_it_lies_and_left_as_it_is()
    {
        // Complete, incomplete under its final name, and begun.
        Torrent.WriteContent(_folder["out"]);
        File.Delete(_folder["out/album/file-0003.bin"]);
        await using (FileStream file = File.OpenWrite(_folder["out/album/file-0001.bin"]))
            file.SetLength(PieceLength * 2);
        File.Move(_folder["out/album/file-0002.bin"], _folder["out/album/file-0002.bin.part"]);
        (string, DateTime, long)[] before = Snapshot();
        JsonElement plan = await PlanAsync(0);
        Snapshot().Should().Equal(before);
        plan.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("action").GetString()).Should().Equal(
            "keep", "repair", "continue", "fetch");
        int[] good = [0, 1, 2, 3, 4, 7, 8];
        plan.GetProperty("pieces_present").GetInt32().Should().Be(good.Length);
        plan.GetProperty("bytes_present").GetInt64().Should().Be(good.Length * PieceLength);
        plan.GetProperty("bytes_to_fetch").GetInt64().Should().Be((4 * FileLength) - (good.Length * PieceLength));
    }

    [Fact]
    public async Task Bytes_of_neighbours_that_an_earlier_run_kept_are_counted()
    {
        await using var seeder = new RecordingSeeder(Torrent, 64 * 1024);
        await using (PiecesProcess process = PiecesProcess.Start([.. Command(), "-s", "3", "--peer", seeder.Address, "--no-trackers"]))
        {
            await seeder.UntilDeliveredAsync(6, TestContext.Current.CancellationToken);
            await process.SignalAsync("INT");
            (await process.WaitAsync()).ExitCode.Should().Be(130);
        }

        (string, DateTime, long)[] before = Snapshot();
        JsonElement narrow = await PlanAsync(0, "-s", "3"), wide = await PlanAsync(0, "-s", "2-3");
        Snapshot().Should().Equal(before);
        narrow.GetProperty("pieces_present").GetInt32().Should().BeGreaterThan(1);
        wide.GetProperty("pieces_present").GetInt32().Should().Be(narrow.GetProperty("pieces_present").GetInt32());
    }

    [Fact]
    public async Task What_is_in_the_way_is_said_with_the_code_of_the_download()
    {
        string path = _folder.Write("out/album/file-0002.bin", "mine"u8.ToArray());
        PiecesResult result = await RunAsync();
        result.ExitCode.Should().Be(13);
        result.StandardOutput.Should().EndWith($"in the way:   {path}\n");
        result.StandardError.Should().MatchRegex("^pieces: [^\n]*--overwrite[^\n]*\n$");
        JsonElement plan = await PlanAsync(0, "--overwrite");
        plan.GetProperty("files")[2].GetProperty("action").GetString().Should().Be("replace");
        (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Should().Be("mine");
        (await RunAsync("-s", "1")).ExitCode.Should().Be(0, "nobody wants that file");
    }

    [Fact]
    public async Task Another_process_at_work_is_said()
    {
        await using var seeder = new RecordingSeeder(Torrent, 16 * 1024);
        await using PiecesProcess process = PiecesProcess.Start([.. Command(), "--peer", seeder.Address, "--no-trackers"]);
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);
        PiecesResult result = await RunAsync();
        result.ExitCode.Should().Be(11, result.StandardError);
        await process.SignalAsync("INT");
        (await process.WaitAsync()).ExitCode.Should().Be(130, "nothing was taken from it");
        (await RunAsync()).ExitCode.Should().Be(0);
    }

    [Theory]
    [InlineData(4, "-s", "*.iso")]
    [InlineData(2, "-s", "4-2")]
    public async Task A_bad_selection_ends_it(int code, params string[] more) => (await RunAsync(more)).ExitCode.Should().Be(code);

    [Fact]
    public async Task Names_that_are_changed_are_said_and_every_source_has_its_place()
    {
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", "-n", "--json", "-o", _folder["out"], Repository.TestData("backslashes.torrent"), _folder["nowhere.torrent"]);
        result.ExitCode.Should().Be(3);
        using var document = JsonDocument.Parse(result.StandardOutput);
        JsonElement[] torrents = [.. document.RootElement.GetProperty("torrents").EnumerateArray()];
        torrents[0].GetProperty("renamed")[0].GetProperty("from").GetString().Should().Contain("\\");
        torrents[0].GetProperty("error").ValueKind.Should().Be(JsonValueKind.Null);
        torrents[1].GetProperty("error").GetProperty("code").GetInt32().Should().Be(3);
        document.RootElement.GetProperty("exit").GetInt32().Should().Be(3);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]*nowhere.torrent: no such file or folder\n$");
    }

    public void Dispose() => _folder.Dispose();

    private string[] Command(params string[] more) => PiecesCommand.Download(Torrent.WriteTorrent(_folder.Path), _folder["out"], more);

    private async Task<PiecesResult> RunAsync(params string[] more)
    {
        await using PiecesProcess process = PiecesProcess.Start([.. Command(), "-n", .. more]);
        return await process.WaitAsync();
    }

    private async Task<JsonElement> PlanAsync(int code, params string[] more)
    {
        PiecesResult result = await RunAsync([.. more, "--json"]);
        result.ExitCode.Should().Be(code, result.StandardError);
        using var document = JsonDocument.Parse(result.StandardOutput);
        return document.RootElement.GetProperty("torrents")[0].GetProperty("plan").Clone();
    }

    private (string Path, DateTime Written, long Length)[] Snapshot() => [.. new DirectoryInfo(_folder["out"])
        .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = System.IO.FileAttributes.None })
        .Select(info => (info.FullName, info.LastWriteTimeUtc, info is FileInfo file ? file.Length : 0))
        .OrderBy(info => info.FullName, StringComparer.Ordinal)];
}
