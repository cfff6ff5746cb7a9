using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The order of the system calls that make a file durable before and after it gets its final name.</summary>
[Trait("Tier", "Loopback")]
public class FlushOrderTests
{
    private const string Calls = "fsync,ftruncate,rename,renameat,renameat2";

    [Fact]
    public async Task A_file_has_its_length_before_its_last_flush_and_its_new_folders_are_flushed_after_its_name()
    {
        string strace = RealProcess.Find("strace");
        var torrent = new TestTorrent("film.bin", 1024 * 1024, 64 * 1024);
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(torrent);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), folder["new/out"]),
            shell: $"set -- '{strace}' --seccomp-bpf -f -qq -y -o '{folder["calls"]}' -e trace={Calls} \"$@\"");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);

        string[] lines = await File.ReadAllLinesAsync(folder["calls"], TestContext.Current.CancellationToken);
        int length = Last("ftruncate(", "film.bin.part>"), flush = Last("fsync(", "film.bin.part>"), name = Last("rename", "\"film.bin\"");
        length.Should().BeInRange(0, flush - 1);
        name.Should().BeGreaterThan(flush);
        Last("fsync(", folder["new/out>"]).Should().BeGreaterThan(name, "it contains the new name");
        foreach (string above in (string[])[folder["new>"], folder.Path + ">"])
            Last("fsync(", above).Should().BeGreaterThanOrEqualTo(0, "{0} contains a new folder", above);

        int Last(string call, string path) => Array.FindLastIndex(
            lines, line => line.Contains(call, StringComparison.Ordinal) && line.Contains(path, StringComparison.Ordinal));
    }
}
