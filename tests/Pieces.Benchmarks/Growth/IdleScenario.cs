using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>What does a peer cost that is connected and silent?</summary>
internal sealed class IdleScenario : IScenario
{
    private const int PieceCount = 4_000;
    private const int BitfieldBytes = PieceCount / 8;

    // A quarter of the places is kept for peers that the client dials itself.
    private const int MaxPeers = 1_400;

    // The first few bring threads and buffers that all share; what one more costs is counted from there.
    private static readonly int[] PeerCounts = [10, 50, 200, 1_000];

    private readonly GrowthContext _context;

    public IdleScenario(GrowthContext context) => _context = context;

    public async Task RunAsync()
    {
        string folder = _context.NewFolder();
        ZeroTorrent torrent = ZeroTorrent.Single(folder, "zeros.bin", PieceCount, ZeroSeeder.BlockLength);
        torrent.MakeSparseData(folder);
        await SideAsync("idle peers of a seed", torrent, async count =>
        {
            int port = PiecesRun.FreePort();
            PiecesRun run = _context.Start(["seed", torrent.Path, "--data", folder, .. Common(port)]);
            return await MeasureAsync(run, torrent, port, count);
        });
        await SideAsync("idle peers of a download", torrent, async count =>
        {
            // A download needs hope to go on: one peer that is dialled and never unchokes.
            await using var choking = new ZeroSeeder(torrent.InfoHash, PieceCount) { Unchokes = false, IsPartial = true };
            int port = PiecesRun.FreePort();
            PiecesRun run = _context.Start(
                ["download", torrent.Path, "-o", _context.NewFolder(), "--peer", choking.EndPoint.ToString(), .. Common(port)]);
            return await MeasureAsync(run, torrent, port, count);
        });
    }

    private static string[] Common(int port) =>
        ["-p", port.ToString(CultureInfo.InvariantCulture), "--max-peers", MaxPeers.ToString(CultureInfo.InvariantCulture)];

    private static async Task SideAsync(string title, ZeroTorrent torrent, Func<int, Task<Measured>> measure)
    {
        var table = new MarkdownTable(title, "peers", "still there", "anonymous memory", "per peer beyond bitfield", "must", "cpu %", "must");
        long first = 0;
        foreach (int count in PeerCounts)
        {
            Measured row = await measure(count);
            if (count == PeerCounts[0])
                first = row.Quiet.AnonymousBytes;
            int more = count - PeerCounts[0];
            double perPeer = more == 0 ? double.NaN : ((double)(row.Quiet.AnonymousBytes - first) / more) - BitfieldBytes;
            table.Add(
                Figure.Count(count), Figure.Count(row.Connected), Figure.MiB(row.Quiet.AnonymousBytes), Figure.KiB(perPeer),
                Figure.Must(perPeer, 12 * 1024, "12 KiB"), Figure.Of(row.Quiet.CpuPercent), Figure.Must(row.Quiet.CpuPercent, 1, "1 %"));
        }

        table.Print();
    }

    private static async Task<Measured> MeasureAsync(PiecesRun run, ZeroTorrent torrent, int port, int count)
    {
        await ListenProbe.AnswersAsync(run, port, torrent);
        var peers = new List<IdlePeer>(count);
        try
        {
            for (int i = 0; i < count; i++)
                peers.Add(await IdlePeer.ConnectAsync(torrent, port, i, hasPieces: i % 2 == 0));
            Quiet quiet = await Quiet.MeasureAsync(run);
            int connected = peers.Count(peer => peer.IsConnected);
            await run.StopAsync();
            return new Measured(quiet, connected);
        }
        finally
        {
            foreach (IdlePeer peer in peers)
                await peer.DisposeAsync();
        }
    }

    private sealed record Measured(Quiet Quiet, int Connected);
}
