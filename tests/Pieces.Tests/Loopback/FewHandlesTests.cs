using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class FewHandlesTests
{
    // The runtime of the managed program needs more than a hundred descriptors itself.
    private static readonly string Limit = PiecesProcess.IsNative ? "ulimit -n 64" : "ulimit -n 192";

    [Fact]
    public async Task Three_hundred_files_are_seeded_and_fetched_with_few_file_handles_each()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no such limit here");
        using var folder = new TempFolder();
        var torrent = TestTorrent.OfFiles("album", count: 300, lengthOfEach: 20_000, pieceLength: 32 * 1024);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["data"]);
        int port = FreePort.Find();
        string[] seed = PiecesCommand.Seed(torrentPath, folder["data"], "-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await using PiecesProcess seeder = PiecesProcess.Start(seed, shell: Limit);
        await seeder.WaitForErrorTextAsync("seeding 100");
        string[] download = PiecesCommand.DownloadFrom($"127.0.0.1:{port}", torrentPath, folder["out"]);
        await using PiecesProcess leecher = PiecesProcess.Start(download, shell: Limit);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
    }
}
