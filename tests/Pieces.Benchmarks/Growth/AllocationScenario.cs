using System.Diagnostics;
using System.Globalization;
using System.Net;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Benchmarks.Growth;

/// <summary>What does a download allocate for a block, and does it take full collections? In this process: only inside can it be seen.</summary>
internal sealed class AllocationScenario : IScenario
{
    private const int PieceLength = 1 << 20;
    private const int PieceCount = 1024;

    private readonly GrowthContext _context;

    public AllocationScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        ZeroTorrent torrent = ZeroTorrent.Single(_context.NewFolder(), "zeros.bin", PieceCount, PieceLength);
        long[] marks = [torrent.BlockCount / 4, torrent.BlockCount * 95 / 100];
        using Process seeder = StartSeeder(torrent, marks);
        try
        {
            int port = int.Parse((await seeder.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            Metainfo metainfo = await Metainfo.LoadAsync(torrent.Path);
            await MeasureAsync(metainfo, port, seeder.StandardOutput);
        }
        finally
        {
            seeder.Kill();
            await seeder.WaitForExitAsync();
        }
    }

    private static Process StartSeeder(ZeroTorrent torrent, long[] marks)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "growth", ServeZeros.Name, Convert.ToHexString(torrent.InfoHash), torrent.PieceCount.ToString(CultureInfo.InvariantCulture),
            .. marks.Select(mark => mark.ToString(CultureInfo.InvariantCulture)),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private async Task MeasureAsync(Metainfo metainfo, int port, StreamReader marks)
    {
        Task<Sample[]> samples = Task.Factory.StartNew(
            () => new[] { Sample.Next(marks), Sample.Next(marks) }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        GC.Collect();
        int full = GC.CollectionCount(2), young = GC.CollectionCount(0);
        long since = Stopwatch.GetTimestamp();
        await using var client = new TorrentClient(new TorrentClientOptions { FirstPort = 0, LastPort = 0, Dht = null });
        Torrent torrent = await client.AddAsync(metainfo, new TorrentOptions
        {
            OutputDirectory = _context.NewFolder(),
            Peers = [new IPEndPoint(IPAddress.Loopback, port)],
            UseTrackers = false,
        });
        await torrent.Stopped;
        TimeSpan took = Stopwatch.GetElapsedTime(since);
        full = GC.CollectionCount(2) - full;
        young = GC.CollectionCount(0) - young;
        Sample[] both = await samples;
        double perBlock = (double)(both[1].Allocated - both[0].Allocated) / (both[1].Blocks - both[0].Blocks);
        var table = new MarkdownTable(
            "allocation, 1 GiB in this process", "blocks between", "bytes/block", "must", "full collections", "must", "young collections", "wall");
        table.Add(
            Figure.Count(both[1].Blocks - both[0].Blocks), Figure.Of(perBlock, 1), Figure.Must(perBlock, 200, "200"), Figure.Count(full),
            Figure.Must(full, 0, "0"), Figure.Count(young), Figure.Seconds(took));
        table.Print();
    }

    /// <summary>Bytes allocated after a number of served blocks.</summary>
    private sealed record Sample(long Blocks, long Allocated)
    {
        public static Sample Next(StreamReader marks)
        {
            long blocks = long.Parse(marks.ReadLine()!, CultureInfo.InvariantCulture);
            return new Sample(blocks, GC.GetTotalAllocatedBytes(precise: true));
        }
    }
}
