using System.Diagnostics;
using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>What does a torrent cost that is seeded and that nobody asks for?</summary>
internal sealed class TorrentsScenario : IScenario
{
    private const int Many = 1_000;
    private const int PieceLength = ZeroSeeder.BlockLength;
    private const int PiecesOfEach = 4;

    private readonly GrowthContext _context;

    public TorrentsScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        string folder = _context.NewFolder();
        var torrents = new List<ZeroTorrent>();
        for (int i = 0; i < Many; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"zeros{i:0000}.bin");
            torrents.Add(ZeroTorrent.Single(folder, name, PiecesOfEach, PieceLength));
            torrents[i].MakeSparseData(folder);
        }

        var table = new MarkdownTable(
            "torrents seeded", "torrents", "until all seed", "anonymous memory", "per torrent", "must", "cpu %", "must");
        long first = 0;
        foreach (int count in (int[])[1, Many])
        {
            (TimeSpan ready, Quiet quiet) = await MeasureAsync(folder, torrents[..count]);
            if (count == 1)
                first = quiet.AnonymousBytes;
            double each = count == 1 ? double.NaN : (double)(quiet.AnonymousBytes - first) / (count - 1);
            table.Add(
                Figure.Count(count), Figure.Seconds(ready), Figure.MiB(quiet.AnonymousBytes), Figure.KiB(each),
                Figure.Must(each, 24 * 1024, "24 KiB"), Figure.Of(quiet.CpuPercent), Figure.Must(quiet.CpuPercent, 1, "1 %"));
        }

        table.Print();
    }

    private async Task<(TimeSpan Ready, Quiet Quiet)> MeasureAsync(string folder, List<ZeroTorrent> torrents)
    {
        int port = PiecesRun.FreePort();
        string[] paths = [.. torrents.Select(torrent => torrent.Path)];
        PiecesRun run = _context.Start(["seed", .. paths, "--data", folder, "-p", port.ToString(CultureInfo.InvariantCulture)]);

        // One in fifty and the last ten: a probe of each would be work of its own for the client.
        for (int i = torrents.Count - 1; i >= 0; i -= i > torrents.Count - 10 ? 1 : 50)
            await ListenProbe.AnswersAsync(run, port, torrents[i]);
        TimeSpan ready = Stopwatch.GetElapsedTime(run.StartedAt);
        Quiet quiet = await Quiet.MeasureAsync(run);
        await run.StopAsync();
        return (ready, quiet);
    }
}
