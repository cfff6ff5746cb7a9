using System.Diagnostics;

namespace Pieces.Benchmarks.Growth;

/// <summary>What do many pieces cost: user time for a block, memory for a piece, time until peers are dialled?</summary>
internal sealed class PiecesScenario : IScenario
{
    private const int Blocks = 16_000;
    private const int PieceLength = ZeroSeeder.BlockLength;

    private static readonly int[] PieceCounts = [1_000, 10_000, 100_000, 1_000_000];

    // What still goes on for a block that has come: its hash, its way to the disk.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly GrowthContext _context;

    public PiecesScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        var table = new MarkdownTable(
            "pieces of 16 KiB",
            "pieces", "blocks", "user µs/block", "ratio", "must", "cpu µs/block", "peak memory", "bytes/piece beyond hash", "must", "bitfields B/piece",
            "open fresh", "open resumed", "must");
        Row? first = null;
        foreach (int pieceCount in PieceCounts)
        {
            Row row = await MeasureAsync(pieceCount);
            first ??= row;
            double ratio = row.UserPerBlock / first.UserPerBlock;
            double beyond = pieceCount == first.Pieces ? double.NaN : ((double)(row.Peak - first.Peak) / (pieceCount - first.Pieces)) - 20;
            double open = Math.Max(row.OpenFresh.TotalSeconds, row.OpenResumed.TotalSeconds);
            table.Add(
                Figure.Count(pieceCount), Figure.Count(row.Blocks), Figure.Of(row.UserPerBlock), Figure.Of(ratio), Figure.Must(ratio, 1.3, "1.3"),
                Figure.Of(row.CpuPerBlock), Figure.MiB(row.Peak), Figure.Of(beyond, 1), Figure.Must(beyond, 12, "12"), Figure.Of(2 / 8.0, 3),
                Figure.Seconds(row.OpenFresh), Figure.Seconds(row.OpenResumed), Figure.Must(open, 0.5, "0.5 s"));
        }

        table.Print();
    }

    private async Task<Row> MeasureAsync(int pieceCount)
    {
        string folder = _context.NewFolder();
        ZeroTorrent torrent = ZeroTorrent.Single(folder, "zeros.bin", pieceCount, PieceLength);

        // The last block stays away: a client that is complete ends, and cannot be measured any more.
        int perRun = Math.Min(Blocks, pieceCount - 1);
        int runs = (Blocks + pieceCount - 1) / pieceCount;
        TimeSpan user = TimeSpan.Zero, cpu = TimeSpan.Zero;
        long peak = 0;
        var openings = new List<TimeSpan>();
        string output = "";
        for (int i = 0; i < runs; i++)
        {
            output = _context.NewFolder();
            One one = await OnceAsync(torrent, output, perRun);
            user += one.User;
            cpu += one.Cpu;
            peak = Math.Max(peak, one.Peak);
            openings.Add(one.Open);
            if (i < runs - 1)
                Directory.Delete(output, recursive: true);
        }

        TimeSpan resumed = await OpenAgainAsync(torrent, output);
        Directory.Delete(output, recursive: true);
        openings.Sort();
        return new Row(pieceCount, (long)runs * perRun, user, cpu, peak, openings[openings.Count / 2], resumed);
    }

    private async Task<One> OnceAsync(ZeroTorrent torrent, string output, int blocks)
    {
        PiecesRun run = null!;
        ProcessFacts before = default;
        TimeSpan scheduledBefore = default;
        var started = new TaskCompletionSource();
        await using var seeder = new ZeroSeeder(torrent.InfoHash, torrent.PieceCount)
        {
            Limit = blocks,
            OnFirstRequest = () =>
            {
                started.Task.Wait();
                before = run.Facts;
                scheduledBefore = ProcessFacts.ReadScheduled(run.Id);
            },
        };
        run = _context.Start(PiecesRun.Download(torrent.Path, output, [seeder.EndPoint]));
        started.SetResult();
        await run.WhileAlive(seeder.Served);
        await Task.Delay(Grace);
        ProcessFacts after = run.Facts;
        TimeSpan scheduled = ProcessFacts.ReadScheduled(run.Id) - scheduledBefore;
        TimeSpan open = Stopwatch.GetElapsedTime(run.StartedAt, await seeder.Connected);
        await run.StopAsync();
        return new One(after.User - before.User, scheduled, after.PeakBytes, open);
    }

    private async Task<TimeSpan> OpenAgainAsync(ZeroTorrent torrent, string output)
    {
        await using var seeder = new ZeroSeeder(torrent.InfoHash, torrent.PieceCount) { Unchokes = false };
        PiecesRun run = _context.Start(PiecesRun.Download(torrent.Path, output, [seeder.EndPoint]));
        await run.WhileAlive(seeder.Connected);
        TimeSpan open = Stopwatch.GetElapsedTime(run.StartedAt, await seeder.Connected);
        await run.StopAsync();
        return open;
    }

    private sealed record One(TimeSpan User, TimeSpan Cpu, long Peak, TimeSpan Open);

    private sealed record Row(int Pieces, long Blocks, TimeSpan User, TimeSpan Cpu, long Peak, TimeSpan OpenFresh, TimeSpan OpenResumed)
    {
        public double UserPerBlock => User.TotalMicroseconds / Blocks;

        public double CpuPerBlock => Cpu.TotalMicroseconds / Blocks;
    }
}
