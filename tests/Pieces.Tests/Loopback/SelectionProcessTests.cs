using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class SelectionProcessTests
{
    private const int PieceLength = 32 * 1024;
    private const int FileLength = 100_000;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("album", count: 8, FileLength, PieceLength);

    [Fact]
    [Contract("flag -s", "flag --select GLOB")]
    public async Task One_file_of_many_takes_at_most_two_pieces_beyond_its_bytes_and_lies_there_alone()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        await DownloadAsync(seeder, folder, 0, "-s", "file-0003.bin");
        Delivered(seeder, run: 0).Should().BeInRange(FileLength, FileLength + (2 * PieceLength));
        EverythingIn(folder["out"]).Should().Equal("album", "album/file-0003.bin");
        Content(folder, 3);
    }

    [Fact]
    [Contract("flag --select", "flag --select N-M", "disk nothing-verified-fetched-again")]
    public async Task A_wider_selection_fetches_only_what_is_missing_and_a_narrower_one_deletes_nothing()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        await DownloadAsync(seeder, folder, 0, "-s", "2-4");

        seeder.BeginRun();
        await DownloadAsync(seeder, folder, 0, "-s", "1-5");
        Delivered(seeder, run: 1).Should().BeInRange(2 * FileLength - PieceLength, (2 * FileLength) + (4 * PieceLength));
        for (int i = 0; i < 5; i++)
            Content(folder, i);

        seeder.BeginRun();
        await DownloadAsync(seeder, folder, 0, "--select", "file-0001.bin");
        Delivered(seeder, run: 2).Should().Be(0);
        EverythingIn(folder["out"]).Should().HaveCount(6, "the folder and five files are there as before");
    }

    [Fact]
    [Contract("disk spare", "flag --select N")]
    public async Task What_an_interrupted_selection_kept_of_its_neighbours_is_used_by_a_wider_one()
    {
        using var folder = new TempFolder();

        // The selected file touches three pieces. The first of them begins in the file before it.
        await using var seeder = new RecordingSeeder(Torrent) { HoldAt = 6 };
        string[] narrow = Command(seeder, folder, "-s", "3", "--json");
        await using (PiecesProcess process = PiecesProcess.Start(narrow))
        {
            await process.WaitForOutputAsync("three pieces", said => said.Split("\"event\":\"piece\"").Length > 3);
            await process.SignalAsync("INT");
            (await process.WaitAsync()).ExitCode.Should().Be(130);
        }

        EverythingIn(folder["out"]).Where(path => !path.StartsWith('.')).Should().Equal("album", "album/file-0002.bin.part");
        EverythingIn(folder["out"]).Should().Contain(".album.pieces/spare");
        seeder.BeginRun();
        await DownloadAsync(seeder, folder, 0, "-s", "2-3");
        seeder.AskedAgain().Should().BeEmpty();
        EverythingIn(folder["out"]).Should().Equal("album", "album/file-0001.bin", "album/file-0002.bin");
    }

    [Fact]
    [Contract("flag -x")]
    public async Task Trackers_hear_that_a_part_is_no_seed()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string[] command = PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--peer", seeder.Address,
            "--tracker", tracker.Url("/announce").ToString(), "-x", "file-0000.bin", "--seed-time", "1s");
        (await RunAsync(command)).ExitCode.Should().Be(0);
        tracker.Targets[0].Should().Contain("event=started").And.Contain($"left={8 * FileLength}");
        tracker.Targets.Should().Contain(target => target.Contains("event=paused", StringComparison.Ordinal), "of a partial seed (BEP 21)");
        tracker.Targets[^1].Should().Contain("event=stopped").And.Contain($"left={3 * PieceLength}");
        tracker.Targets.Should().NotContain(
            target => target.Contains("completed", StringComparison.Ordinal) || target.Contains("left=0", StringComparison.Ordinal));
    }

    [Theory]
    [Contract("exit 4")]
    [InlineData("*.iso", 4)]
    [InlineData("9", 4)]
    [InlineData("5-3", 2)]
    [InlineData("0", 2)]
    public async Task A_selection_without_a_file_is_one_line_that_names_it(string pattern, int code)
    {
        using var folder = new TempFolder();
        PiecesResult result = await RunAsync(
            PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--no-trackers", "-s", pattern));
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$").And.Contain($"\"{pattern}\"");
        Directory.Exists(folder["out"]).Should().BeFalse();
    }

    private static string[] Command(RecordingSeeder seeder, TempFolder folder, params string[] more) =>
        PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], more);

    private static async Task DownloadAsync(RecordingSeeder seeder, TempFolder folder, int code, params string[] more)
    {
        PiecesResult result = await RunAsync(Command(seeder, folder, more));
        result.ExitCode.Should().Be(code, result.StandardError);
    }

    private static async Task<PiecesResult> RunAsync(string[] command)
    {
        await using PiecesProcess process = PiecesProcess.Start(command);
        return await process.WaitAsync();
    }

    private static long Delivered(RecordingSeeder seeder, int run) => seeder.Events.Where(e => !e.IsRequest && e.Run == run)
        .Sum(e => Math.Min(16 * 1024, Torrent.Length - ((long)e.Piece * PieceLength) - e.Begin));

    private static string[] EverythingIn(string folder) => [.. Directory
        .EnumerateFileSystemEntries(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = System.IO.FileAttributes.None })
        .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];

    private static void Content(TempFolder folder, int file)
    {
        byte[] expected = new byte[FileLength];
        Torrent.Read((long)file * FileLength, expected);
        File.ReadAllBytes(folder[$"out/album/file-{file:d4}.bin"]).Should().Equal(expected);
    }
}
