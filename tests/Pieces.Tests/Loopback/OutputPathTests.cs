using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Output paths as the user types them, and file names below them on older systems.</summary>
[Trait("Tier", "Loopback")]
public sealed class OutputPathTests : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("songs", count: 3, lengthOfEach: 100_000, pieceLength: PieceLength);

    private readonly TempFolder _folder = new();

    public OutputPathTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "links and calls of the system are those of Linux");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_dots_behind_a_link_lead_where_the_system_says()
    {
        Directory.CreateDirectory(_folder["real/deep"]);
        File.CreateSymbolicLink(_folder["link"], "real/deep");
        await using var seeder = new RecordingSeeder(Torrent);
        string torrent = Torrent.WriteTorrent(_folder.Path), output = _folder["link/../out"];
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom(seeder.Address, torrent, output, "-q"));
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(_folder["real/out"]);
        Directory.Exists(_folder["out"]).Should().BeFalse();
        PiecesResult check = await PiecesProcess.RunAsync("verify", torrent, "--data", output);
        check.ExitCode.Should().Be(0, check.StandardOutput);
        PiecesResult made = await PiecesProcess.RunAsync("create", _folder["link/../out/songs"], "-o", _folder["link/../made.torrent"]);
        made.ExitCode.Should().Be(0, made.StandardError);
        File.Exists(_folder["real/made.torrent"]).Should().BeTrue();
    }

    [Fact]
    public async Task A_system_without_the_newer_call_finds_the_same_files()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await WithoutOpenAt2Async(seeder);
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    public async Task A_system_without_the_newer_call_follows_no_link_either()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        Directory.CreateDirectory(_folder["out"]);
        File.CreateSymbolicLink(_folder["out/songs"], _folder["elsewhere"]);
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await WithoutOpenAt2Async(seeder);
        result.ExitCode.Should().Be(13, result.StandardError);
        Directory.EnumerateFileSystemEntries(_folder["elsewhere"]).Should().BeEmpty();
    }

    private async Task<PiecesResult> WithoutOpenAt2Async(RecordingSeeder seeder)
    {
        string[] command = [
            RealProcess.Find("strace"), "-f", "--seccomp-bpf", "-qq", "-o", _folder["calls"], "-e", "trace=openat2", "-e",
            "inject=openat2:error=ENOSYS",
            PiecesProcess.Executable, .. PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"], "-q")];
        await using PiecesProcess process = PiecesProcess.StartProgram(command, null, null);
        return await process.WaitAsync();
    }
}
