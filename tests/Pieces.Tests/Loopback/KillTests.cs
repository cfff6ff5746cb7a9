using System.Globalization;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>A download that ends suddenly at random moments, again and again. <c>make kills COUNT=N</c> does it N times.</summary>
[Trait("Tier", "Loopback")]
public class KillTests
{
    private const string CountVariable = "PIECES_KILLS";
    private const int DefaultCount = 20;
    private const int MiB = 1024 * 1024;
    private const int BlockLength = 16 * 1024;
    private const int PieceLength = 256 * 1024;
    private const int DiskError = 9;

    // Exit code of a killed program. If the disk was detached, the program is killed or ends by itself, whichever happens first.
    private const int Killed = 137;

    private static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable(CountVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : DefaultCount;

    [Fact]
    public async Task A_download_that_is_killed_again_and_again_completes_and_hardly_asks_for_anything_twice()
    {
        double average = await AverageAskedAgainAsync(length: 8 * MiB, kills: 4, seed: 7, rate: 2 * MiB, isDetached: false);
        average.Should().BeLessThanOrEqualTo(2, "what came before the last moments was on the disk");
    }

    [Fact]
    public async Task A_download_whose_disk_is_detached_again_and_again_completes() =>
        await AverageAskedAgainAsync(length: 8 * MiB, kills: 2, seed: 7, rate: 4 * MiB, isDetached: true);

    [Fact(Explicit = true)]
    public async Task Many_kills_at_random_moments_cost_less_than_one_piece_each()
    {
        double average = await AverageAskedAgainAsync(length: 64 * MiB, Count, seed: Environment.TickCount, rate: 8 * MiB, isDetached: false);
        average.Should().BeLessThanOrEqualTo(0.6);
    }

    [Fact(Explicit = true)]
    public async Task Many_detachments_at_random_moments_cost_no_data() =>
        await AverageAskedAgainAsync(length: 64 * MiB, Count, seed: Environment.TickCount, rate: 8 * MiB, isDetached: true);

    private static async Task<double> AverageAskedAgainAsync(long length, int kills, int seed, int rate, bool isDetached)
    {
        using var folder = new TempFolder();
        using DiskImage? disk = isDetached ? DiskImage.Ext4(folder["image"], folder["disk"], 128) : null;
        string output = isDetached ? folder["disk/out"] : folder["out"];
        var torrent = new TestTorrent("film.bin", length, PieceLength);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(torrent, rate);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrentPath, output);

        var random = new Random(seed);
        int[] moments = [.. Enumerable.Range(0, kills).Select(_ => random.Next((int)(length / BlockLength))).Order()];
        foreach (int moment in moments)
        {
            await using PiecesProcess victim = PiecesProcess.Start(command);
            await seeder.UntilDeliveredAsync(moment, TestContext.Current.CancellationToken);

            // The random delay does not use a timer, because the seeder's sends depend on the same timers, and the moment must be independent of the
            // sends.
            Thread.Sleep(random.Next(20));
            Thread.SpinWait(random.Next(100_000));

            // What the seeder sends from now on may reach nobody, so it does not count as delivered.
            seeder.BeginRun();
            disk?.Detach();
            if (disk is null || random.Next(2) == 0)
                victim.Kill();
            PiecesResult end = await victim.WaitAsync();
            end.ExitCode.Should().BeOneOf([0, Killed, DiskError], end.StandardError);
            disk?.Attach();
        }

        await using PiecesProcess survivor = PiecesProcess.Start(command);
        PiecesResult result = await survivor.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        torrent.ShouldBeCompleteIn(output);
        IReadOnlyCollection<(int Run, int Piece)> again = seeder.AskedAgain();
        TestOutput.Write(
            $"{kills} {(isDetached ? "detachments" : "kills")} at blocks {string.Join(' ', moments)} (seed {seed}): "
            + $"{again.Count} pieces requested again, "
            + $"{again.Count / (double)kills:f2} each, {seeder.Delivered - (length / BlockLength)} blocks sent twice");
        return again.Count / (double)kills;
    }
}
