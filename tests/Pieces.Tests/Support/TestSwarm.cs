using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Dht;
using Pieces.Encryption;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage.Opening;
using Pieces.Torrents;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Pieces.Tests.Support;

/// <summary>
/// Whole clients and scripted hosts in one process, on a network without sockets and with a clock that the test advances. Each test ends with
/// <see cref="EndAsync"/>, which checks that all resources were released.
/// </summary>
internal sealed class TestSwarm : IAsyncDisposable
{
    private const int MaxSettleTurns = 400;
    private const int QuietTurns = 4;
    private const int PatientTurns = 50;

    // Maximum wait in real time after the clock has been stopped. Only a test that is about to fail waits this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DefaultStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(20);

    private readonly string _folder = NewFolder();
    private readonly List<SwarmMember> _members = [];
    private readonly List<ScriptedHost> _hosts = [];
    private readonly SwarmLog _log = new();
    private readonly Logger _logger;
    private int _count;
    private int _addresses;

    public TestSwarm(TestTorrent? data = null)
    {
        Data = data ?? new TestTorrent();
        Network = new InMemoryNetwork(Time);
        _logger = new LoggerConfiguration().MinimumLevel.Error().WriteTo.Sink(_log).CreateLogger();
    }

    public WatchedTime Time { get; } = new();

    public InMemoryNetwork Network { get; }

    /// <summary>UDP of the same hosts.</summary>
    public InMemoryDatagrams Datagrams { get; } = new();

    public TestTorrent Data { get; }

    /// <summary>Whether clients use peer exchange. The default is false, so that each client knows only the peers that the test names.</summary>
    public bool ExchangesPeers { get; init; }

    /// <summary>Resolves host names for the clients that are added from now on; by default there are no names.</summary>
    public HostResolver? Resolve { get; set; }

    /// <summary>Decides for the clients that are added from now on which addresses they use; by default it blocks none.</summary>
    public AddressPolicy Addresses { get; set; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds a client that has all pieces and dials <paramref name="peers"/>.</summary>
    public SwarmMember AddSeed(params IPEndPoint[] peers) => AddSeed(NextAddress(), peers);

    public SwarmMember AddSeed(string address, params IPEndPoint[] peers)
    {
        string folder = NextFolder();
        Data.WriteContent(folder);
        return Add(address, folder, new TorrentOptions { SeedOnly = true, Seed = new SeedGoals(), Peers = [.. peers] });
    }

    /// <summary>Adds a client that has no pieces, dials <paramref name="peers"/>, and seeds when it is complete.</summary>
    public SwarmMember AddLeecher(params IPEndPoint[] peers) => Add(NextAddress(), NextFolder(), LeecherOptions(peers));

    public static TorrentOptions LeecherOptions(params EndPoint[] peers) => new() { Seed = new SeedGoals(), Peers = [.. peers] };

    /// <summary>Adds a client that has only a magnet link, and seeds when it is complete.</summary>
    public SwarmMember AddMagnet(MagnetLink link, string? folder = null, TorrentOptions? options = null) =>
        Add(NextAddress(), folder ?? NextFolder(), options ?? LeecherOptions(), link: link);

    /// <summary>Returns the magnet link of the swarm's torrent. It contains the info-hash and peers, and nothing else.</summary>
    public MagnetLink LinkTo(params IPEndPoint[] peers) => new MagnetLink { InfoHash = Data.Metainfo.InfoHash }.WithPeers(peers);

    /// <summary>Adds a client with the given settings. By default it does not encrypt connections, because scripted hosts do not.</summary>
    public SwarmMember Add(
        string address,
        string folder,
        TorrentOptions options,
        long pieceMemory = 4 * TestTorrent.MiB,
        int port = ScriptedHost.Port,
        MagnetLink? link = null,
        DhtSettings? dht = null,
        EncryptionPolicy encryption = EncryptionPolicy.Off,
        TestTorrent? data = null,
        Func<TorrentClientOptions, TorrentClientOptions>? change = null,
        Func<StorageOptions, ITorrentStore>? makeStore = null)
    {
        var clientOptions = new TorrentClientOptions
        {
            FirstPort = port,
            LastPort = port,
            PieceMemory = pieceMemory,
            Encryption = encryption,
            TimeProvider = Time,
            Random = new Random(_count++),
            LoggerFactory = new SerilogLoggerFactory(_logger),
            Dht = dht,
        };
        var client = new TorrentClient(
            change is null ? clientOptions : change(clientOptions),
            MemoryClientNetwork.Of(Network.Host(address), Datagrams.Host(address), Resolve) with { Addresses = Addresses },
            makeStore: makeStore);
        return Begin(address, client, folder, options, link, data ?? Data);
    }

    /// <summary>Adds another torrent to a client.</summary>
    public SwarmMember AddTo(SwarmMember member, TestTorrent data, string folder, TorrentOptions options) =>
        Begin(member.Address, member.Client, folder, options, link: null, data);

    private SwarmMember Begin(string address, TorrentClient client, string folder, TorrentOptions options, MagnetLink? link, TestTorrent data)
    {
        var notices = new SwarmNotices();
        options = options with { OutputDirectory = folder, Progress = notices, UsePeerExchange = options.UsePeerExchange && ExchangesPeers };
        Task<Torrent> adding = link is null ? client.AddAsync(data.Metainfo, options, Token) : client.AddAsync(link, options, Token);
        adding.IsCompleted.Should().BeTrue();
        var member = new SwarmMember(address, folder, client, adding.GetAwaiter().GetResult(), notices);
        _members.Add(member);
        return member;
    }

    /// <summary>Adds a host that listens and runs the script on each connection.</summary>
    public ScriptedHost AddHost(Func<ScriptedSession, Task> script, string? address = null, PeerId? id = null)
    {
        var host = new ScriptedHost(Network, address ?? NextAddress(), Data, id ?? PeerId.Create(new Random(10_000 + _count++)), script);
        _hosts.Add(host);
        return host;
    }

    public string NextAddress()
    {
        int number = _addresses++;
        return $"10.0.{number / 200}.{(number % 200) + 1}";
    }

    public string NextFolder() => Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>
    /// Advances the clock until <paramref name="isDone"/> returns true, and returns the elapsed seconds. At the limit the clock stops, and the
    /// clients get up to a minute of real time to finish the work that is due, however busy the machine is. With a limit of zero the clock is not
    /// advanced.
    /// </summary>
    public async Task<double> UntilAsync(Func<bool> isDone, string what, TimeSpan? limit = null, TimeSpan? step = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        bool standsStill = false;
        long start = Time.GetTimestamp();
        await SettleAsync();
        while (!isDone())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"not in {Time.GetElapsedTime(start).TotalSeconds:0.0} s: {what}\n{Describe()}");
            TimeSpan left = (limit ?? DefaultLimit) - Time.GetElapsedTime(start);
            if (left > TimeSpan.Zero)
            {
                Time.Advance(left < (step ?? DefaultStep) ? left : step ?? DefaultStep);
            }
            else if (!standsStill)
            {
                // The real-time limit starts only now, because on a busy machine the steps up to the limit may take minutes.
                standsStill = true;
                patience.CancelAfter(Patience);
            }

            await SettleAsync();
        }

        return Time.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Advances the clock by a number of seconds.</summary>
    public Task PassAsync(double seconds)
    {
        long start = Time.GetTimestamp();
        return UntilAsync(() => Time.GetElapsedTime(start).TotalSeconds >= seconds, "time passes");
    }

    /// <summary>Waits until clients accept peers.</summary>
    public Task ReadyAsync(params SwarmMember[] members) =>
        UntilAsync(() => members.All(member => member.Now.Phase is TorrentPhase.Downloading or TorrentPhase.Seeding), "data is looked at");

    /// <summary>Waits until clients are complete, checks their files, and returns the elapsed seconds.</summary>
    public async Task<double> UntilDoneAsync(SwarmMember member, TimeSpan? limit = null) => await UntilDoneAsync([member], limit);

    public async Task<double> UntilDoneAsync(IReadOnlyCollection<SwarmMember> members, TimeSpan? limit = null)
    {
        double seconds = await UntilAsync(() => members.All(member => member.IsDone), "the downloads are done", limit);
        foreach (SwarmMember member in members)
        {
            await member.Torrent.Completion;
            Data.ShouldBeRightIn(member.Folder);
        }

        return seconds;
    }

    /// <summary>Adds an honest seed, from which a client downloads the pieces it lacks.</summary>
    public async Task CompleteHonestlyAsync(SwarmMember member)
    {
        AddSeed(member.EndPoint);
        await UntilDoneAsync(member);
    }

    /// <summary>Stops one client, and checks that it released all resources.</summary>
    public async Task StopAsync(SwarmMember member)
    {
        // The disk takes real time, and the clock must not run ahead of it. Only the last announce to a tracker that does not respond needs fake
        // time.
        Task stopping = member.Torrent.StopAsync();
        for (int i = 0; i < 100 && await Task.WhenAny(stopping, Task.Delay(i == 0 ? 2000 : 50, Token)) != stopping; i++)
            Time.Advance(DefaultStep);

        // The clock is not advanced any more: a busy machine only needs real time.
        await Task.WhenAny(stopping, Task.Delay(Patience, Token));
        stopping.IsCompleted.Should().BeTrue($"{member.Address} stops\n{Describe()}");
        await member.Torrent.Stopped;
        await RemoveAsync(member);
    }

    /// <summary>Disposes a client whose torrent has ended, and checks that it released all resources.</summary>
    public async Task RemoveAsync(SwarmMember member)
    {
        await member.Client.DisposeAsync();
        member.Client.BlockPool.Rented.Should().Be(0, $"{member.Address} gives its buffers back");
        member.Client.MemoryBudget.Reserved.Should().Be(0, $"{member.Address} gives its memory back");
        Network.OpenConnectionsOf(member.Address).Should().Be(0, $"{member.Address} closes its connections");
        _members.Remove(member);
    }

    /// <summary>
    /// Ends the test: stops all clients, and checks that all resources were released, no connection is open, and no bug was logged.
    /// </summary>
    public async Task EndAsync()
    {
        foreach (SwarmMember member in _members.ToArray())
            await StopAsync(member);
        foreach (ScriptedHost host in _hosts)
            await host.DisposeAsync();
        _hosts.Clear();
        Network.OpenConnections.Should().Be(0);
        _log.Errors.Should().BeEmpty();
    }

    /// <summary>Cleans up after a test that failed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (SwarmMember member in _members)
            _ = member.Torrent.StopAsync();
        for (int i = 0; i < 1000 && _members.Exists(member => !member.Torrent.Stopped.IsCompleted); i++)
        {
            Time.Advance(DefaultStep);
            await SettleAsync();
        }

        foreach (ScriptedHost host in _hosts)
            await host.DisposeAsync();
        foreach (SwarmMember member in _members)
            await member.Client.DisposeAsync();
        await _logger.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // The folder is in memory if the system supports that, because flushing a real disk takes a varying time.
    private static string NewFolder() => Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory(Path.Combine("/dev/shm", "pieces-swarm-" + Guid.NewGuid().ToString("N"))).FullName
        : Directory.CreateTempSubdirectory("pieces-swarm-").FullName;

    /// <summary>
    /// Waits until nothing is ready to run, as far as that can be detected, so that fake time does not run ahead of real threads. It is meant for
    /// tests that do not run in parallel with others.
    /// </summary>
    /// <param name="isBusy">Whether threads outside the thread pool have work to do.</param>
    internal static async Task SettleAsync(Func<bool> isBusy)
    {
        int quiet = 0;
        long before = ThreadPool.CompletedWorkItemCount;
        for (int turn = 0; turn < MaxSettleTurns && quiet < QuietTurns; turn++)
        {
            await Task.Run(static () => Thread.Yield()).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            long now = ThreadPool.CompletedWorkItemCount;

            // The turn itself counts as two items, and this thread as one worker. A worker that computes or waits for a processor appears in neither
            // count of items.
            bool works = WorkerCount() > 1 || isBusy();
            quiet = !works && ThreadPool.PendingWorkItemCount == 0 && now - before <= 2 ? quiet + 1 : 0;
            before = now;
            if (works && turn > PatientTurns)
                Thread.Sleep(1);
        }
    }

    // The disk threads are not part of the thread pool.
    private Task SettleAsync() => SettleAsync(() => _members.Exists(member => member.Client.IsDiskBusy));

    private static int WorkerCount()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int idle, out _);
        return most - idle;
    }

    private string Describe() => string.Join('\n', _members.Select(member =>
        $"{member.Address}: {member.Now.Phase}, {member.Now.PiecesHave} of {Data.PieceCount} pieces, {member.Now.ConnectedPeers} peers, " +
        $"{member.Now.KnownPeers} known, {member.Now.BannedPeers} banned; {string.Join("; ", member.Notices.Of<PeerNotice>().TakeLast(6))}")) +
        string.Join('\n', _log.Errors);

    private sealed class SwarmLog : ILogEventSink
    {
        private readonly ConcurrentQueue<string> _errors = new();

        public IEnumerable<string> Errors => _errors;

        public void Emit(LogEvent logEvent) =>
            _errors.Enqueue(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture) + " " + logEvent.Exception);
    }
}
