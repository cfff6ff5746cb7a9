using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The program while system calls that flush or lock files fail.</summary>
[Trait("Tier", "Loopback")]
public class FlushFailureTests
{
    private const int MiB = 1024 * 1024;
    private const int PieceLength = 256 * 1024;

    // The file is small enough for a cache, and long enough for several flushes.
    private static readonly TestTorrent OneFile = new("film.bin", 4 * MiB, PieceLength);

    // With 16 files or more, the whole file system is flushed by one call.
    private static readonly TestTorrent ManyFiles = TestTorrent.OfFiles("songs", 40, 64 * 1024, PieceLength);

    [Theory]
    [Contract("exit 9")]
    [InlineData("fsync:error=EIO", null)]
    [InlineData("fsync:error=EIO", "film.bin.part")]
    [InlineData("fsync:error=EDQUOT", "film.bin.part")]
    public async Task A_flush_that_fails_ends_the_run_before_a_file_has_its_name(string fault, string? file)
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(OneFile);
        PiecesResult result = await RunAsync(folder, fault, Command(seeder, OneFile, folder), file);
        ShouldHaveFailed(result, fault.Contains("EDQUOT", StringComparison.Ordinal) ? 8 : 9);
        File.Exists(folder["out/film.bin"]).Should().BeFalse();
        await ShouldCompleteAsync(seeder, OneFile, folder);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_flushed_ends_the_run_though_a_file_has_its_name()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(OneFile);
        Directory.CreateDirectory(folder["out"]);
        ShouldHaveFailed(await RunAsync(folder, "fsync:error=EIO", Command(seeder, OneFile, folder), ""), 9);
        await ShouldCompleteAsync(seeder, OneFile, folder);
    }

    [Fact]
    public async Task A_flush_that_a_signal_interrupts_is_done_again()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(OneFile);
        PiecesResult result = await RunAsync(seeder, OneFile, folder, "fsync:error=EINTR:when=1");
        result.ExitCode.Should().Be(0, result.StandardError);
        OneFile.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task A_file_system_that_cannot_be_flushed_gives_no_file_its_name()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(ManyFiles);
        PiecesResult result = await RunAsync(seeder, ManyFiles, folder, "syncfs:error=EIO");
        if (result.ExitCode == 0)
            Assert.Skip("the files were finished one by one, so nothing flushed the whole file system");
        ShouldHaveFailed(result, 9);
        await ShouldCompleteAsync(seeder, ManyFiles, folder);
    }

    [Fact]
    public async Task A_write_back_that_fails_gives_no_file_its_name()
    {
        var torrent = new TestTorrent("film.bin", 64 * MiB, PieceLength);
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(torrent);
        PiecesResult result = await RunAsync(seeder, torrent, folder, "sync_file_range:error=EIO");
        if (result.ExitCode == 0 && !File.ReadAllText(folder["calls"]).Contains("INJECTED", StringComparison.Ordinal))
            Assert.Skip("the machine was too busy for a fast download, and a slow one makes no such call");
        ShouldHaveFailed(result, 9);
        File.Exists(folder["out/film.bin"]).Should().BeFalse();
        await ShouldCompleteAsync(seeder, torrent, folder);
    }

    [Fact]
    public async Task A_disk_that_keeps_no_locks_takes_a_download_with_one_warning()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(OneFile);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, OneFile.WriteTorrent(folder.Path), folder["out"]);
        PiecesResult result = await RunAsync(folder, "flock:error=EOPNOTSUPP", command);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Split("this disk does not support file locks").Should().HaveCount(2, result.StandardError);
        OneFile.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task A_torrent_file_that_cannot_be_flushed_is_not_made()
    {
        using var folder = new TempFolder();
        folder.Write("data", new byte[MiB]);
        string[] command = ["create", folder["data"], "-o", folder["data.torrent"], "-q"];
        PiecesResult result = await RunAsync(folder, "fsync:error=EIO", command);
        ShouldHaveFailed(result, 9);
        Directory.GetFiles(folder.Path, "*.torrent*").Should().BeEmpty();
    }

    private static Task<PiecesResult> RunAsync(RecordingSeeder seeder, TestTorrent torrent, TempFolder folder, string fault) =>
        RunAsync(folder, fault, Command(seeder, torrent, folder));

    // If a file below the output folder is given, only calls on that file fail.
    private static async Task<PiecesResult> RunAsync(TempFolder folder, string fault, string[] command, string? file = null)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("calls can be made to fail on Linux alone");
        string call = fault[..fault.IndexOf(':', StringComparison.Ordinal)];
        string[] traced = [
            RealProcess.Find("strace"), "-f", "--seccomp-bpf", "-qq", "-o", folder["calls"], "-e", "trace=" + call, "-e", "inject=" + fault,
            .. file is null ? Array.Empty<string>() : ["-P", Path.Join(folder["out"], file)], PiecesProcess.Executable, .. command];
        await using PiecesProcess process = PiecesProcess.StartProgram(traced, null, null);
        return await process.WaitAsync();
    }

    private static string[] Command(RecordingSeeder seeder, TestTorrent torrent, TempFolder folder) =>
        PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), folder["out"], "-q");

    private static void ShouldHaveFailed(PiecesResult result, int code)
    {
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$", "it is one line");
    }

    private static async Task ShouldCompleteAsync(RecordingSeeder seeder, TestTorrent torrent, TempFolder folder)
    {
        PiecesResult result = await PiecesProcess.RunAsync(Command(seeder, torrent, folder));
        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
    }
}
