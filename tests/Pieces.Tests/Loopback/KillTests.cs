using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class KillTests
{
    private const int MiB = 1024 * 1024;
    private const int BlockLength = 16 * 1024;
    private const int PieceLength = 256 * 1024;

    [Fact]
    public async Task A_download_that_is_killed_again_and_again_completes_and_hardly_asks_for_anything_twice()
    {
        double average = await AverageAskedAgainAsync(length: 8 * MiB, kills: 4, seed: 7, rate: 2 * MiB);
        average.Should().BeLessThanOrEqualTo(2, "what came before the last moments was on the disk");
    }

    [Fact(Explicit = true)]
    public async Task Twenty_kills_at_random_moments_cost_one_piece_each_at_most()
    {
        double average = await AverageAskedAgainAsync(length: 64 * MiB, kills: 20, seed: Environment.TickCount, rate: 8 * MiB);
        average.Should().BeLessThanOrEqualTo(1);
    }

    private static async Task<double> AverageAskedAgainAsync(long length, int kills, int seed, int rate)
    {
        using var folder = new TempFolder();
        var torrent = new GeneratedTorrent("film.bin", length, PieceLength);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(torrent, rate);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrentPath, folder["out"]);

        var random = new Random(seed);
        int[] moments = [.. Enumerable.Range(0, kills).Select(_ => random.Next((int)(length / BlockLength))).Order()];
        foreach (int moment in moments)
        {
            await using PiecesProcess victim = PiecesProcess.Start(command);
            await seeder.UntilDeliveredAsync(moment, TestContext.Current.CancellationToken);

            // Not by a timer: the seeder's sends hang on those too, and the moment has nothing to do with them.
            Thread.Sleep(random.Next(20));
            Thread.SpinWait(random.Next(100_000));
            victim.Kill();
            seeder.BeginRun();
            await victim.WaitAsync();
        }

        await using PiecesProcess survivor = PiecesProcess.Start(command);
        PiecesResult result = await survivor.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
        IReadOnlyCollection<(int Run, int Piece)> again = seeder.AskedAgain();
        TestOutput.Write(
            $"{kills} kills at blocks {string.Join(' ', moments)} (seed {seed}): {again.Count} pieces asked for again, {again.Count / (double)kills:f2} a kill, " +
            $"{seeder.Delivered - (length / BlockLength)} blocks sent twice; after run {string.Join(' ', again.Select(piece => piece.Run).Order())}");
        return again.Count / (double)kills;
    }
}
