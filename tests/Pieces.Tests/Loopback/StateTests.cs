using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class StateTests
{
    private const int PieceLength = 256 * 1024;
    private const int Pieces = 32;
    private const int BlocksOfPiece = 16;

    [Theory]
    [Contract("disk {state-only-makes-quicker,nothing-verified-fetched-again}")]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("cut")]
    [InlineData("another's")]
    [InlineData("noise")]
    public async Task Whatever_becomes_of_the_state_nothing_verified_is_asked_for_again(string fate)
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", Pieces * PieceLength, PieceLength);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(torrent, 16 * 1024 * 1024);
        await KillHalfWayAsync(seeder, torrentPath, folder["out"]);
        int[] valid = await ValidPiecesAsync(torrent, folder["out/film.bin.part"]);
        valid.Should().HaveCountGreaterThan(Pieces / 4, "else there is nothing to see");

        await SpoilAsync(fate, folder, folder["out/.film.bin.pieces"]);
        await using PiecesProcess second = PiecesProcess.Start(PiecesCommand.DownloadFrom(seeder.Address, torrentPath, folder["out"]));
        PiecesResult result = await second.WaitAsync();

        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
        seeder.Events.Where(e => e is { Run: 1, IsRequest: true }).Select(e => e.Piece).Should().NotIntersectWith(valid);
    }

    private static async Task KillHalfWayAsync(RecordingSeeder seeder, string torrentPath, string output)
    {
        await using PiecesProcess victim = PiecesProcess.Start(PiecesCommand.DownloadFrom(seeder.Address, torrentPath, output));
        await seeder.UntilDeliveredAsync(Pieces * BlocksOfPiece / 2, TestContext.Current.CancellationToken);
        victim.Kill();
        seeder.BeginRun();
        await victim.WaitAsync();
    }

    /// <summary>Returns the valid pieces of a file, determined without the program's code.</summary>
    private static async Task<int[]> ValidPiecesAsync(TestTorrent torrent, string path)
    {
        byte[] bytes = await File.ReadAllBytesAsync(path);
        byte[] expected = new byte[PieceLength];
        var valid = new List<int>();
        for (int i = 0; i < Pieces; i++)
        {
            torrent.Read((long)i * PieceLength, expected);
            if (bytes.AsSpan(i * PieceLength, PieceLength).SequenceEqual(expected))
                valid.Add(i);
        }

        return [.. valid];
    }

    private static async Task SpoilAsync(string fate, TempFolder folder, string hidden)
    {
        string state = Path.Combine(hidden, "state");
        switch (fate)
        {
            case "deleted":
                Directory.Delete(hidden, recursive: true);
                break;
            case "emptied":
                await File.WriteAllBytesAsync(state, []);
                break;
            case "cut":
                byte[] bytes = await File.ReadAllBytesAsync(state);
                await File.WriteAllBytesAsync(state, bytes[..(bytes.Length / 3)]);
                break;
            case "another's":
                var other = new TestTorrent("film.bin", Pieces * PieceLength, PieceLength, seed: 2);
                Directory.CreateDirectory(folder["other"]);
                await using (var seeder = new RecordingSeeder(other, 16 * 1024 * 1024))
                    await KillHalfWayAsync(seeder, other.WriteTorrent(folder["other"]), folder["other/out"]);
                File.Copy(folder["other/out/.film.bin.pieces/state"], state, overwrite: true);
                break;
            case "noise":
                byte[] noise = await File.ReadAllBytesAsync(state);
                new Random(3).NextBytes(noise);
                await File.WriteAllBytesAsync(state, noise);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fate), fate, null);
        }
    }
}
