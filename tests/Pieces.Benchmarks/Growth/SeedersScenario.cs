using System.Net;

namespace Pieces.Benchmarks.Growth;

/// <summary>What does it cost to fetch the same data from many peers instead of one?</summary>
internal sealed class SeedersScenario : IScenario
{
    private const int PieceLength = 1 << 20;
    private const int PieceCount = 1024;
    private const int Runs = 3;

    private static readonly int[] SeederCounts = [1, 10, 50];
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(4);

    private readonly GrowthContext _context;

    public SeedersScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        ZeroTorrent torrent = ZeroTorrent.Single(_context.NewFolder(), "zeros.bin", PieceCount, PieceLength);
        var table = new MarkdownTable(
            $"seeders, 1 GiB, median of {Runs}", "seeders", "user", "ratio", "must", "system", "peak memory", "wall", "served twice", "seeders used");
        double first = 0;
        foreach (int count in SeederCounts)
        {
            var all = new List<Measured>();
            for (int i = 0; i < Runs; i++)
                all.Add(await MeasureAsync(torrent, count));
            Measured row = all.OrderBy(one => one.Facts.User).ElementAt(Runs / 2);
            if (first == 0)
                first = row.Facts.User.TotalSeconds;
            double ratio = row.Facts.User.TotalSeconds / first;
            table.Add(
                Figure.Count(count), Figure.Seconds(row.Facts.User), Figure.Of(ratio), Figure.Must(ratio, 1.15, "1.15"),
                Figure.Seconds(row.Facts.System), Figure.MiB(row.Facts.PeakBytes), Figure.Seconds(row.Wall),
                Figure.Count(row.Excess), Figure.Count(row.Used));
        }

        table.Print();
    }

    private async Task<Measured> MeasureAsync(ZeroTorrent torrent, int count)
    {
        string output = _context.NewFolder();
        List<ZeroSeeder> seeders = [];
        for (int i = 0; i < count; i++)
            seeders.Add(new ZeroSeeder(torrent.InfoHash, torrent.PieceCount, IPAddress.Parse($"127.0.1.{i + 1}")));
        try
        {
            PiecesRun run = _context.Start(PiecesRun.Download(torrent.Path, output, seeders.Select(seeder => seeder.EndPoint)));
            var sampler = new ProcessSampler(run, Interval, withHandles: false);
            TimeSpan wall = await run.SucceedAsync();
            await sampler.Completion;
            long served = seeders.Sum(seeder => seeder.Blocks);
            return new Measured(sampler.Last, wall, served - torrent.BlockCount, seeders.Count(seeder => seeder.Blocks > 0));
        }
        finally
        {
            foreach (ZeroSeeder seeder in seeders)
                await seeder.DisposeAsync();
            Directory.Delete(output, recursive: true);
        }
    }

    private sealed record Measured(ProcessFacts Facts, TimeSpan Wall, long Excess, int Used);
}
