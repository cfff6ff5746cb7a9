using System.Collections.Concurrent;
using System.Net;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Benchmarks.Soak;

/// <summary>
/// The clients of a soak: two that seed everything, and three that fetch one torrent after the other and stop half way now and then.
/// </summary>
internal sealed class SoakWorld : IAsyncDisposable
{
    private const int Torrents = 5;
    private const int TorrentLength = 6 * 1024 * 1024;
    private const int Seeders = 2;
    private const int Leechers = 3;
    private const int KiB = 1024;

    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(2);

    private readonly int _seed;
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-soak-").FullName;
    private readonly SoakContent[] _contents;
    private readonly TorrentClient[] _seeders;
    private readonly TorrentClient[] _leechers;
    private readonly HostilePeers _hostile;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _tasks = [];
    private long _downloads;
    private long _bytes;

    public SoakWorld(int seed)
    {
        _seed = seed;
        _contents = [.. Enumerable.Range(0, Torrents).Select(i => new SoakContent(i, TorrentLength))];
        _seeders = [.. Enumerable.Range(0, Seeders).Select(Client)];
        _leechers = [.. Enumerable.Range(Seeders, Leechers).Select(Client)];
        _hostile = new HostilePeers(_contents, () => PortsBut(null), seed);
    }

    public long Downloads => Interlocked.Read(ref _downloads);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long HostileConnections => _hostile.Connections;

    public IReadOnlyCollection<string> Faults => _faults;

    public async Task StartAsync()
    {
        for (int i = 0; i < _seeders.Length; i++)
        {
            string folder = Path.Combine(_folder, $"seeder-{i}");
            foreach (SoakContent content in _contents)
            {
                content.WriteTo(folder);
                await _seeders[i].AddAsync(content.Metainfo, Options(folder) with { SeedOnly = true, Seed = new SeedGoals() });
            }
        }

        for (int i = 0; i < _leechers.Length; i++)
        {
            TorrentClient client = _leechers[i];
            int number = i;
            _tasks.Add(Task.Run(() => FetchAsync(client, number)));
        }

        _tasks.Add(_hostile.RunAsync(_stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_tasks);
        foreach (TorrentClient client in _leechers.Concat(_seeders))
            await client.DisposeAsync();
        _stopping.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private TorrentClient Client(int number) =>
        new(new TorrentClientOptions { FirstPort = 0, LastPort = 0, Random = new Random(_seed + number), Dht = null });

    private int[] PortsBut(TorrentClient? asker) =>
        [.. _seeders.Concat(_leechers).Where(client => client != asker).Select(client => client.ListenPort).Where(port => port != 0)];

    private TorrentOptions Options(string folder) =>
        new() { OutputDirectory = folder, UseTrackers = false, UseLocalDiscovery = false, Progress = new BanWatch(this) };

    private async Task FetchAsync(TorrentClient client, int number)
    {
        var random = new Random(_seed + 100 + number);
        for (int round = 0; !_stopping.IsCancellationRequested; round++)
        {
            SoakContent content = _contents[random.Next(_contents.Length)];
            string folder = Path.Combine(_folder, $"leecher-{number}");
            TorrentOptions options = Options(folder) with
            {
                Peers = [.. PortsBut(client).Select(port => new IPEndPoint(IPAddress.Loopback, port))],
                DownloadLimit = random.Next(3) == 0 ? new ByteRate(random.Next(500, 4000) * KiB) : default,
                UploadLimit = random.Next(3) == 0 ? new ByteRate(random.Next(100, 1000) * KiB) : default,
                Seed = random.Next(2) == 0 ? new SeedGoals { Time = TimeSpan.FromSeconds(1) } : null,
            };
            try
            {
                bool isStoppedEarly = random.Next(4) == 0;
                await RunTorrentAsync(client, content, options, isStoppedEarly ? TimeSpan.FromMilliseconds(random.Next(50, 700)) : null);
                if (!isStoppedEarly)
                    Finish(content, folder);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Each failure of a torrent is a fault of the soak.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _faults.Enqueue($"leecher {number}, {content.Name}: {e.Message}");
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private async Task RunTorrentAsync(TorrentClient client, SoakContent content, TorrentOptions options, TimeSpan? stopAfter)
    {
        Torrent torrent = await client.AddAsync(content.Metainfo, options, _stopping.Token);
        try
        {
            if (stopAfter is { } time)
                await Task.WhenAny(torrent.Completion, Task.Delay(time, _stopping.Token));
            else
                await torrent.Completion.WaitAsync(DownloadLimit, _stopping.Token);
        }
        finally
        {
            await torrent.StopAsync();
            await torrent.Stopped;
        }
    }

    private void Finish(SoakContent content, string folder)
    {
        if (!content.IsIn(folder))
            _faults.Enqueue($"{content.Name}: the content is wrong");
        Directory.Delete(folder, recursive: true);
        Interlocked.Increment(ref _downloads);
        Interlocked.Add(ref _bytes, content.Length);
    }

    // Hostile peers have addresses in 127.66.0.0/16. Any other banned peer on 127.0.0.0/16 is honest.
    private sealed class BanWatch(SoakWorld world) : IProgress<TorrentNotice>
    {
        public void Report(TorrentNotice value)
        {
            if (value is PeerNotice { Change: PeerChange.Banned } ban && ban.Address.Address.GetAddressBytes() is [127, 0, ..])
                world._faults.Enqueue($"an honest peer was banned: {ban.Address}, {ban.Reason}");
        }
    }
}
