using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>
/// A disk whose writes take very long to return: strace delays the system calls of one file by 50 s. It also keeps the ended process for that long.
/// </summary>
[LongChain(Seconds = 60)]
[Trait("Tier", "Loopback")]
public class HangingDiskTests
{
    private static readonly TestTorrent Hanging = new("hanging.bin", 8 * 1024 * 1024, 64 * 1024);
    private static readonly TestTorrent Other = new("other.bin", 8 * 1024 * 1024, 64 * 1024, seed: 2);

    [Fact]
    public async Task A_torrent_whose_disk_hangs_is_reported_and_holds_up_no_other()
    {
        string strace = RealProcess.Find("strace");
        using var folder = new TempFolder();
        int port = FreePort.Find();
        Hanging.WriteContent(folder["data"]);
        Other.WriteContent(folder["data"]);
        string[] torrents = [Hanging.WriteTorrent(folder.Path), Other.WriteTorrent(folder.Path)];
        await using PiecesProcess seeder = PiecesProcess.Start(
            [
                "seed", .. torrents, "--data", folder["data"], "--interface", "127.0.0.1", "--no-trackers", "--no-dht", "-p", $"{port}",
                "--progress", "plain"
            ]);
        await seeder.WaitForErrorTextAsync("hanging.bin: seeding");
        await seeder.WaitForErrorTextAsync("other.bin: seeding");

        string calls = "pwrite64,pwritev,pwritev2,write,writev";
        await using PiecesProcess process = PiecesProcess.Start(
            [
                "download", .. torrents, "-o", folder["out"], "--interface", "127.0.0.1", "--no-trackers", "--no-dht", "-p", "0", "-v",
                "--peer", $"127.0.0.1:{port}", "--progress", "plain",
            ],
            shell: $"set -- '{strace}' --seccomp-bpf -f -qq -o /dev/null -P '{folder["out/hanging.bin.part"]}' "
                + $"-e trace={calls} -e inject={calls}:delay_enter=50s \"$@\"");
        await process.WaitForErrorTextAsync("other.bin: complete");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(9, result.StandardError);
        int reported = result.StandardError.IndexOf("the disk has not finished an operation for 30 s", StringComparison.Ordinal);
        reported.Should().BeGreaterThan(
            result.StandardError.IndexOf("other.bin: complete", StringComparison.Ordinal), "nothing waits for the report");
        File.ReadAllBytes(folder["out/other.bin"]).AsSpan().SequenceEqual(File.ReadAllBytes(folder["data/other.bin"])).Should().BeTrue();
        File.Exists(folder["out/hanging.bin"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_flush_that_takes_long_is_reported_and_the_download_completes()
    {
        string strace = RealProcess.Find("strace");
        using var folder = new TempFolder();
        var torrent = new TestTorrent("slow.bin", 512 * 1024, 64 * 1024);
        await using var seeder = new RecordingSeeder(torrent);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), folder["out"]),
            shell: $"set -- '{strace}' --seccomp-bpf -f -qq -o /dev/null -P '{folder["out/slow.bin.part"]}' "
                + "-e trace=fsync -e inject=fsync:delay_enter=32s:when=1 \"$@\"");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain("the disk has not finished a flush for 30 s; still waiting for it");
        torrent.ShouldBeCompleteIn(folder["out"]);
    }
}
