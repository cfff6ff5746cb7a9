using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Benchmarks.Growth;
using Pieces.Dht;
using Pieces.Dht.Queries;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Benchmarks;

/// <summary>
/// <c>dht cost EXECUTABLE</c>: measures the cost of the DHT node of a running download, as the difference between two runs of the program with and
/// without DHT, and the progress of a download while its node is flooded. The DHT is a closed network of nodes in this process.
/// </summary>
internal sealed class DhtCost : IAsyncDisposable
{
    private const int Nodes = 100;
    private const int MiB = 1024 * 1024;
    private const int DownloadSize = 128 * MiB;

    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    private readonly string _executable;
    private readonly string _root = Directory.CreateTempSubdirectory("pieces-dht-cost-").FullName;
    private readonly List<(DatagramHub Hub, DhtNode Node)> _nodes = [];

    private DhtCost(string executable) => _executable = executable;

    /// <summary>Measures and prints tables.</summary>
    public static async Task<int> RunAsync(string executable)
    {
        await using var cost = new DhtCost(Path.GetFullPath(executable));
        for (int i = 0; i < Nodes; i++)
            cost.AddNode();
        await cost.IdleAsync();
        await cost.FloodAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((DatagramHub hub, DhtNode node) in _nodes)
        {
            await node.DisposeAsync();
            await hub.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    private async Task IdleAsync()
    {
        string torrent = await MakeTorrentAsync("idle", MiB);
        Console.WriteLine("| an idle download | of a core | anonymous memory | resident |");
        Console.WriteLine("|------------------|----------:|-----------------:|---------:|");
        foreach (bool withDht in (bool[])[false, true, false, true])
        {
            int port = PiecesRun.FreePort();
            using Process process = Start(torrent, port, withDht);
            await Task.Delay(Warm);
            TimeSpan before = ProcessFacts.Read(process.Id).Cpu;
            await Task.Delay(Idle);
            ProcessFacts facts = ProcessFacts.Read(process.Id);
            await EndAsync(process);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {(withDht ? "with the DHT" : "without it"),-16} | {100 * (facts.Cpu - before) / Idle,7:0.00} % "
                + $"| {facts.AnonymousBytes / (double)MiB,12:0.00} MiB "
                + $"| {facts.ResidentBytes / (double)MiB,4:0.0} MiB |"));
        }

        Console.WriteLine();
    }

    private async Task FloodAsync()
    {
        string torrent = await MakeTorrentAsync("flooded", DownloadSize);
        await using var client = new TorrentClient(new TorrentClientOptions
        {
            FirstPort = 0,
            Binding = new LocalBinding(IPAddress.Loopback),
            UploadLimit = new ByteRate(8 * MiB),
            Dht = null,
        });
        Metainfo metainfo = await Metainfo.LoadAsync(torrent);
        var options = new TorrentOptions { OutputDirectory = Path.Combine(_root, "data"), SeedOnly = true, Seed = new SeedGoals() };
        Torrent seed = await client.AddAsync(metainfo, options);
        while (seed.Snapshot.Phase != TorrentPhase.Seeding)
            await Task.Delay(50);
        Console.WriteLine("| 128 MiB at 8 MiB/s, while  | seconds | of a core | exit code |");
        Console.WriteLine("|----------------------------|--------:|----------:|----------:|");
        foreach (string? kind in (string?[])[null, "random", "questions"])
        {
            int port = PiecesRun.FreePort();
            using Process process = Start(torrent, port, withDht: true, "--peer", $"127.0.0.1:{client.ListenPort}");
            long begun = Stopwatch.GetTimestamp();
            using Process? noise = kind is null ? null
                : Process.Start(Environment.ProcessPath!, ["dht", "noise", kind, port.ToString(CultureInfo.InvariantCulture)]);
            TimeSpan used = TimeSpan.Zero;
            while (!process.HasExited)
            {
                used = TryRead(process) ?? used;
                await Task.Delay(50);
            }

            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            noise?.Kill();
            string what = kind is null ? "nothing else happens" : $"50,000 a second: {kind}";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {what,-26} | {took.TotalSeconds,7:0.0} | {100 * used / took,7:0.0} % | {process.ExitCode,9} |"));
        }
    }

    private static TimeSpan? TryRead(Process process)
    {
        try
        {
            return ProcessFacts.Read(process.Id).Cpu;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task<string> MakeTorrentAsync(string name, int size)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        string path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, content);
        string torrent = Path.Combine(_root, name + ".torrent");
        await File.WriteAllBytesAsync(torrent, await MetainfoBuilder.BuildAsync(new MetainfoBuilderOptions { Paths = [path] }));
        return torrent;
    }

    private Process Start(string torrent, int port, bool withDht, params string[] more)
    {
        string output = Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("N"))).FullName;
        string[] dht = withDht ? ["--dht-bootstrap", $"127.0.0.1:{_nodes[0].Hub.Port}"] : ["--no-dht"];
        return Process.Start(
            _executable,
            ["download", torrent, "-o", output, "--interface", "127.0.0.1", "-p", $"{port}", "--no-trackers", "-q", .. dht, .. more]);
    }

    private void AddNode()
    {
        var outbound = new Outbound(new LocalBinding(IPAddress.Loopback));
        var hub = new DatagramHub(outbound.OpenUdp(isV6: false, 0)!, TimeProvider.System, NullLogger.Instance);
        DnsEndPoint[] bootstrap = _nodes.Count == 0 ? [] : [new DnsEndPoint("127.0.0.1", _nodes[0].Hub.Port)];
        var node = new DhtNode(new DhtOptions { AllowLoopback = true, Routers = [], Bootstrap = [.. bootstrap] }, hub);
        _nodes.Add((hub, node));
        hub.Start();
        node.Start();
    }
}
