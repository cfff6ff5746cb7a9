using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Useful only with the native program, because the managed one also needs memory for the compiler of the runtime.</summary>
[Trait("Tier", "Loopback")]
public class MemoryTests
{
    private const int MiB = 1024 * 1024;

    [Theory(Explicit = true)]
    [InlineData(1024, 1)]
    [InlineData(512, 512)]
    public async Task A_download_needs_64_MiB_at_most_whatever_the_piece_length(int mebibytes, int mebibytesOfPiece)
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", (long)mebibytes * MiB, mebibytesOfPiece * MiB);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(torrent);
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.DownloadFrom(seeder.Address, torrentPath, folder["out"]));
        long peak = await process.PeakMemoryAsync();
        PiecesResult result = await process.WaitAsync();
        TestOutput.Write($"{mebibytes} MiB in pieces of {mebibytesOfPiece} MiB: {peak / 1024} KiB; {result.StandardError}");
        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
        peak.Should().BeLessThanOrEqualTo(64L * MiB);
    }
}
