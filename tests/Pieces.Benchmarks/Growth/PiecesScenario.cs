using System.Diagnostics;

namespace Pieces.Benchmarks.Growth;

/// <summary>What do many pieces cost: user time for a block, memory for a piece, time until peers are dialled?</summary>
internal sealed class PiecesScenario : IScenario
{
    private const int Blocks = 16_000;

    // Ours and the one peer's.
    private const double BitfieldBytesPerPiece = 2 / 8.0;
    private const int PieceLength = ZeroSeeder.BlockLength;

    private static readonly int[] PieceCounts = [1_000, 10_000, 100_000, 1_000_000];

    // What still goes on for a block that has come: its hash, its way to the disk.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly GrowthContext _context;

    public PiecesScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        var rows = new List<Row>();
        foreach (int pieceCount in PieceCounts)
            rows.Add(await MeasureAsync(pieceCount));
        PrintTime(rows);
        PrintMemory(rows);
    }

    // A process that takes 1,000 blocks only is all warm-up, so a block is dear there: the second row is the stricter measure.
    private static void PrintTime(List<Row> rows)
    {
        var table = new MarkdownTable(
            "time by pieces of 16 KiB", "pieces", "blocks", "user µs/block", "to 1,000", "to 10,000", "must", "user + system µs/block",
            "open fresh", "open resumed", "must");
        foreach (Row row in rows)
        {
            double toFirst = row.UserPerBlock / rows[0].UserPerBlock, toSecond = row.UserPerBlock / rows[1].UserPerBlock;
            double open = Math.Max(row.OpenFresh.TotalSeconds, row.OpenResumed.TotalSeconds);
            table.Add(
                Figure.Count(row.Pieces), Figure.Count(row.Blocks), Figure.Of(row.UserPerBlock), Figure.Of(toFirst), Figure.Of(toSecond),
                Figure.Must(row == rows[0] ? toFirst : Math.Max(toFirst, toSecond), 1.3, "1.3"), Figure.Of(row.CpuPerBlock),
                Figure.Seconds(row.OpenFresh), Figure.Seconds(row.OpenResumed), Figure.Must(open, 0.5, "0.5 s"));
        }

        table.Print();
    }

    // 1,000 pieces do not fill the buffers of a download, so peaks compare from the second row on; and only a million pieces stand out from the
    // few MiB by which buffers differ from run to run. At the first request nothing but the torrent is in memory, and 100,000 are enough.
    private static void PrintMemory(List<Row> rows)
    {
        var table = new MarkdownTable(
            "memory by pieces of 16 KiB, bytes/piece beyond its hash", "pieces", "peak at first request", "bytes/piece to 1,000", "must", "peak",
            "bytes/piece to 1,000", "to 10,000", "must", "bitfields B/piece");
        foreach (Row row in rows)
        {
            double opened = BeyondHash(row.Pieces, row.OpenPeak, rows[0].Pieces, rows[0].OpenPeak);
            double toFirst = BeyondHash(row.Pieces, row.Peak, rows[0].Pieces, rows[0].Peak);
            double toSecond = row == rows[0] ? double.NaN : BeyondHash(row.Pieces, row.Peak, rows[1].Pieces, rows[1].Peak);
            table.Add(
                Figure.Count(row.Pieces), Figure.MiB(row.OpenPeak), Figure.Of(opened, 1),
                Figure.Must(row.Pieces < 100_000 ? double.NaN : opened, 12, "12"),
                Figure.MiB(row.Peak), Figure.Of(toFirst, 1), Figure.Of(toSecond, 1),
                Figure.Must(row.Pieces < 1_000_000 ? double.NaN : toSecond, 12, "12"),
                Figure.Of(BitfieldBytesPerPiece, 3));
        }

        table.Print();
    }

    private static double BeyondHash(int pieces, long bytes, int basePieces, long baseBytes) =>
        pieces == basePieces ? double.NaN : ((double)(bytes - baseBytes) / (pieces - basePieces)) - 20;

    private async Task<Row> MeasureAsync(int pieceCount)
    {
        string folder = _context.NewFolder();
        ZeroTorrent torrent = ZeroTorrent.Single(folder, "zeros.bin", pieceCount, PieceLength);

        // The last block stays away: a client that is complete ends, and cannot be measured any more.
        int perRun = Math.Min(Blocks, pieceCount - 1);
        int runs = (Blocks + pieceCount - 1) / pieceCount;
        TimeSpan user = TimeSpan.Zero, cpu = TimeSpan.Zero;
        long openPeak = 0, peak = 0;
        var openings = new List<TimeSpan>();
        string output = "";
        for (int i = 0; i < runs; i++)
        {
            output = _context.NewFolder();
            One one = await OnceAsync(torrent, output, perRun);
            user += one.User;
            cpu += one.Cpu;
            openPeak = Math.Max(openPeak, one.OpenPeak);
            peak = Math.Max(peak, one.Peak);
            openings.Add(one.Open);
            if (i < runs - 1)
                Directory.Delete(output, recursive: true);
        }

        TimeSpan resumed = await OpenAgainAsync(torrent, output);
        Directory.Delete(output, recursive: true);
        openings.Sort();
        return new Row(pieceCount, (long)runs * perRun, user, cpu, openPeak, peak, openings[openings.Count / 2], resumed);
    }

    private async Task<One> OnceAsync(ZeroTorrent torrent, string output, int blocks)
    {
        PiecesRun run = null!;
        ProcessFacts before = default;
        var started = new TaskCompletionSource();
        await using var seeder = new ZeroSeeder(torrent.InfoHash, torrent.PieceCount)
        {
            Limit = blocks,
            OnFirstRequest = () =>
            {
                started.Task.Wait();
                before = run.Facts;
            },
        };
        run = _context.Start(PiecesRun.Download(torrent.Path, output, [seeder.EndPoint]));
        started.SetResult();
        await run.WhileAlive(seeder.Served);
        await Task.Delay(Grace);
        ProcessFacts after = run.Facts;
        TimeSpan open = Stopwatch.GetElapsedTime(run.StartedAt, await seeder.Connected);
        await run.StopAsync();
        return new One(after.User - before.User, after.Cpu - before.Cpu, before.PeakBytes, after.PeakBytes, open);
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

    private sealed record One(TimeSpan User, TimeSpan Cpu, long OpenPeak, long Peak, TimeSpan Open);

    private sealed record Row(
        int Pieces, long Blocks, TimeSpan User, TimeSpan Cpu, long OpenPeak, long Peak, TimeSpan OpenFresh, TimeSpan OpenResumed)
    {
        public double UserPerBlock => User.TotalMicroseconds / Blocks;

        public double CpuPerBlock => Cpu.TotalMicroseconds / Blocks;
    }
}
