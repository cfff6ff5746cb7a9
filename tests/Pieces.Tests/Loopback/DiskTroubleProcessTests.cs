using System.Diagnostics;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class DiskTroubleProcessTests
{
    private const int MiB = 1024 * 1024;
    private const int PieceLength = 256 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 8 * MiB, PieceLength);

    [Fact]
    public async Task A_full_disk_is_one_line_and_the_same_command_goes_on_when_there_is_room()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, MiB);
        using var disk = new SmallDisk(folder["disk"], "20m");
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["disk"], "-q");
        await using PiecesProcess first = PiecesProcess.Start(command);

        // The disk has enough space when the download begins, and fills up when several pieces are complete.
        await seeder.UntilDeliveredAsync(160, TestContext.Current.CancellationToken);
        Fill(folder["disk/other"]);
        ShouldBeFull(await first.WaitAsync());
        await GoOnAsync(seeder, command, folder, "disk");
    }

    private static void Fill(string path)
    {
        using var other = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                other.Write(new byte[MiB / 4]);
        }
        catch (IOException)
        {
            // The disk is full, as intended.
        }
    }

    [Fact]
    [Contract("exit 8")]
    public async Task A_limit_of_the_files_size_is_one_line_and_what_came_is_kept()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no such limit here");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 32 * MiB);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "-q", "--prealloc", "none");

        // The runtime of the managed program keeps its code in a file in memory, to which the limit would apply too.
        await using PiecesProcess first = PiecesProcess.Start(command, shell: "export DOTNET_EnableWriteXorExecute=0 && ulimit -f 4096");
        ShouldBeFull(await first.WaitAsync());
        await GoOnAsync(seeder, command, folder, "out");
    }

    [Fact]
    public async Task A_disk_that_refuses_the_only_write_under_way_ends_the_run_without_a_warning()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no such limit here");
        using var folder = new TempFolder();
        var torrent = new TestTorrent("piece.bin", 8 * MiB, 8 * MiB);
        await using var seeder = new RecordingSeeder(torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), folder["out"], "--prealloc", "none");

        // One piece has one job at a time, so no other job is running when it fails.
        await using PiecesProcess process = PiecesProcess.Start(command, shell: "export DOTNET_EnableWriteXorExecute=0 && ulimit -f 1024");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(8, result.StandardError);
        result.StandardError.Should().NotContain("warning:");
    }

    [Fact]
    [Contract("exit 8")]
    public async Task Too_little_room_is_said_before_anything_is_asked_for()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        using var disk = new SmallDisk(folder["disk"], "4m");
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["disk"], "-q");
        await using PiecesProcess process = PiecesProcess.Start(command);
        ShouldBeFull(await process.WaitAsync());
        seeder.Events.Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(folder["disk"]).Should().BeEmpty();
    }

    [Fact]
    [Contract("exit 9")]
    public async Task A_folder_that_cannot_be_written_is_one_line()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        using var disk = new SmallDisk(folder["disk"], "20m,ro");
        await ShouldFailAsync(9, PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["disk"], "-q"));
    }

    [Theory]
    [InlineData("film.bin")]
    [InlineData("film.bin.part")]
    public async Task A_folder_with_the_files_name_is_in_the_way(string name)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["out/" + name]);
        await ShouldFailAsync(
            13, PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "-q", "--no-trackers", "--stall-timeout", "1s"));
    }

    [Fact]
    [Contract("exit 13", "disk name-without-valid-piece")]
    public async Task A_file_without_a_valid_piece_is_in_the_way_and_stays_as_it_is()
    {
        using var folder = new TempFolder();
        byte[] mine = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        string path = folder.Write("out/film.bin", mine);
        await ShouldFailAsync(
            13, PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "-q", "--no-trackers", "--stall-timeout", "1s"));
        (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).Should().Equal(mine);
    }

    [Fact]
    public async Task A_file_where_the_output_folder_is_to_be_is_one_line()
    {
        using var folder = new TempFolder();
        folder.Write("out", [1]);
        PiecesResult result = await RunAsync(PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "-q", "--no-trackers"));
        result.ExitCode.Should().BeOneOf(9, 13);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$");
    }

    [Fact]
    [Contract("exit 11", "disk lock-stops-second")]
    public async Task A_second_process_on_the_same_download_is_refused()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, MiB);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "-q");
        await using PiecesProcess first = PiecesProcess.Start(command);
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);
        await ShouldFailAsync(11, command);
    }

    private static async Task<PiecesResult> RunAsync(string[] command)
    {
        await using PiecesProcess process = PiecesProcess.Start(command);
        return await process.WaitAsync();
    }

    private static async Task ShouldFailAsync(int code, string[] command)
    {
        PiecesResult result = await RunAsync(command);
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$", "it is one line");
    }

    private static void ShouldBeFull(PiecesResult result)
    {
        result.ExitCode.Should().Be(8, result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$", "it is one line");
    }

    private static async Task GoOnAsync(RecordingSeeder seeder, string[] command, TempFolder folder, string output)
    {
        File.Delete(folder[output + "/other"]);
        seeder.BeginRun();
        PiecesResult second = await RunAsync(command);
        second.ExitCode.Should().Be(0, second.StandardError);
        Torrent.ShouldBeCompleteIn(folder[output]);
        int total = seeder.Events.Count(e => e is { IsRequest: true, Run: 1 });
        total.Should().BeLessThan(8 * MiB / (16 * 1024) - 16, "what is there is kept");
    }

    /// <summary>A separate file system in memory. The test is skipped if the user may not create one.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _path;

        public SmallDisk(string path, string size)
        {
            _path = path;
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path) != 0)
                Assert.Skip("a file system can be mounted only by root on Linux");
        }

        public void Dispose() => DiskImage.Unmount(_path);

        private static int Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
