using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Pieces.Dht;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using Pieces.Tests.Swarm;
using Pieces.Torrents;

namespace Pieces.Tests.Loopback;

/// <summary>
/// What a long-running client retains of ended torrents. Runs alone in the process, because it counts all resources that the process has open.
/// </summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Loopback")]
public sealed class ManyTorrentsTests : IAsyncDisposable
{
    private const int KiB = 1024;
    private const int AtOneTime = 100;
    private const int Rounds = 10;

    private readonly TempFolder _folder = new();
    private readonly TestTorrent[] _torrents =
        [.. Enumerable.Range(0, AtOneTime).Select(i => new TestTorrent($"t{i}.bin", 80 * KiB, 32 * KiB, seed: i))];
    private readonly ScriptedHttpServer _tracker = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes("d8:intervali1800e5:peers0:e"));
    private readonly List<WeakReference> _over = [];
    private TorrentClient? _seeder;
    private TorrentClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_torrents_that_began_and_ended_leave_nothing_behind()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("what a process has open is counted in /proc");
        await BeginAsync();
        for (int round = 0; round < 2; round++)
            await RunRoundAsync(round);
        Left before = await LookAsync();
        for (int round = 0; round < Rounds; round++)
            await RunRoundAsync(round);
        Left after = await LookAsync();
        TestOutput.Write($"before {before}\nafter  {after}");

        _client!.BlockPool.Rented.Should().Be(0);
        _client.MemoryBudget.Reserved.Should().Be(0);
        _over.Count(reference => reference.IsAlive).Should().BeLessThan(3, "nothing holds a torrent that is over");
        after.Handles.Should().BeLessThanOrEqualTo(before.Handles + 8, "sockets and files are closed");
        after.Timers.Should().BeLessThanOrEqualTo(
            before.Timers + 100, "no torrent's timer goes on; those of the searches for what is seeded come and go");
        after.Heap.Should().BeLessThan(
            before.Heap + (4 * KiB * Rounds * AtOneTime), "the least of torrents is larger; the runtime's pools come and go");
        after.Resident.Should().BeLessThan(before.Resident + (48 * KiB * KiB));
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        if (_seeder is not null)
            await _seeder.DisposeAsync();
        await _tracker.DisposeAsync();
        _folder.Dispose();
    }

    private static TorrentClientOptions OptionsOf(params EndPoint[] nodes) => new()
    {
        FirstPort = 0,
        Binding = new LocalBinding(IPAddress.Loopback),
        Dht = new DhtSettings { Bootstrap = [.. nodes] },
    };

    private async Task BeginAsync()
    {
        _seeder = new TorrentClient(OptionsOf(new IPEndPoint(IPAddress.Loopback, 1)));
        foreach (TestTorrent torrent in _torrents)
        {
            torrent.WriteContent(_folder["data"]);
            await _seeder.AddAsync(torrent.Metainfo, SeedOptions(), Token);
        }

        _client = new TorrentClient(OptionsOf(new IPEndPoint(IPAddress.Loopback, _seeder.ListenPort)));
    }

    private TorrentOptions SeedOptions() => new() { OutputDirectory = _folder["data"], SeedOnly = true, Seed = new SeedGoals(), UseTrackers = false };

    private async Task RunRoundAsync(int round)
    {
        await Task.WhenAll(Enumerable.Range(0, AtOneTime).Select(i => RunAsync(_torrents[i], round + i)));
        Directory.Delete(_folder["out"], recursive: true);
    }

    // This is a separate method, so that no stack frame of the test references ended torrents.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task RunAsync(TestTorrent generated, int kind)
    {
        var options = new TorrentOptions
        {
            OutputDirectory = _folder["out"],
            Peers = [new IPEndPoint(IPAddress.Loopback, _seeder!.ListenPort)],
            ExtraTrackers = [_tracker.Url("/announce").ToString()],
        };
        Torrent torrent = (kind % 4) switch
        {
            0 => await _client!.AddAsync(MagnetLink.Of(generated.Metainfo), options, Token),
            1 => await _client!.AddAsync(generated.Metainfo, SeedOptions(), Token),
            _ => await _client!.AddAsync(generated.Metainfo, options, Token),
        };
        lock (_over)
            _over.Add(new WeakReference(torrent));
        if (kind % 4 is 1 or 2)
            await torrent.StopAsync();
        else
            await torrent.Stopped.WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    private async Task<Left> LookAsync()
    {
        // The seeder notices only a moment later that its peers have left.
        int handles = CountHandles();
        for (int i = 0, quiet = 0; i < 100 && quiet < 5; i++)
        {
            await Task.Delay(50, Token);
            int now = CountHandles();
            quiet = now < handles ? 0 : quiet + 1;
            handles = Math.Min(now, handles);
        }

        _tracker.Forget();
        _client!.TrimMemory();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new Left(handles, Timer.ActiveCount, GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    private static int CountHandles() => Directory.GetFiles("/proc/self/fd").Count(IsOpen);

    // Assemblies are not counted, because the runtime opens them when it first needs them. A handle may have been closed since it was listed.
    private static bool IsOpen(string handle)
    {
        try
        {
            return File.ResolveLinkTarget(handle, returnFinalTarget: false) is { } target && !target.Name.EndsWith(".dll", StringComparison.Ordinal);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private sealed record Left(int Handles, long Timers, long Heap, long Resident);
}
