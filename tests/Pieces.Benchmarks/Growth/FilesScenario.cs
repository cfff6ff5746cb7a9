using System.Diagnostics;

namespace Pieces.Benchmarks.Growth;

/// <summary>What do very many tiny files cost, where few handles may be open?</summary>
internal sealed class FilesScenario : IScenario
{
    private const int FileCount = 100_000;
    private const int PieceLength = 64 * 1024;
    private const int MaxHandles = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly GrowthContext _context;

    public FilesScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        ZeroTorrent torrent = ZeroTorrent.ManyFiles(_context.NewFolder(), "zeros", FileCount, PieceLength);
        await using var seeder = new ZeroSeeder(torrent.InfoHash, torrent.PieceCount);
        PiecesRun run = _context.Start(PiecesRun.Download(torrent.Path, _context.NewFolder(), [seeder.EndPoint]), MaxHandles);
        var sampler = new ProcessSampler(run, Interval, withHandles: true);
        await run.WhileAlive(seeder.Connected);
        TimeSpan open = Stopwatch.GetElapsedTime(run.StartedAt, await seeder.Connected);
        TimeSpan total = await run.SucceedAsync();
        await sampler.Completion;
        var table = new MarkdownTable(
            "files of 0 to 40,000 bytes", "files", "size", "until it dials", "must", "most handles", "must", "whole download", "user", "system",
            "peak memory");
        table.Add(
            Figure.Count(FileCount), Figure.MiB(torrent.Length), Figure.Seconds(open), Figure.Must(open.TotalSeconds, 2, "2 s"),
            Figure.Count(sampler.MostHandles), Figure.Must(sampler.MostHandles, MaxHandles, "64"), Figure.Seconds(total),
            Figure.Seconds(sampler.Last.User), Figure.Seconds(sampler.Last.System), Figure.MiB(sampler.Last.PeakBytes));
        table.Print();
    }
}
