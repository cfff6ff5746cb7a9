using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;
using Serilog;

namespace Pieces.Dht;

/// <summary>
/// A node of the DHT on the UDP sockets that the client shares: one loop owns all of its state (<see cref="DhtCore"/>), everybody else posts to it.
/// Serves all torrents of a client. A private torrent (BEP 27) must never be handed to it: that is for the caller to see to. Safe for all threads.
/// </summary>
internal sealed class DhtNode : IAsyncDisposable
{
    /// <summary>Time between savings of what is known, beside the one at the end.</summary>
    public static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(15);

    // A timer that is asked for less fires late anyway, and one for ever would never.
    private static readonly TimeSpan LeastTimer = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MostTimer = TimeSpan.FromHours(1);

    private readonly DhtOptions _options;
    private readonly ILogger _logger;
    private readonly DhtShared _shared;
    private readonly DhtCore _core;
    private readonly DhtInbox _inbox = new();
    private readonly List<(DatagramHub Hub, IDatagramHandler Handler)> _sockets = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SearchTask, bool> _searches = new();
    private ITimer? _timer;
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private Task _run = Task.CompletedTask;
    private Task _side = Task.CompletedTask;
    private DhtStats _stats = new();
    private int _isDisposed;
    private int _faults;

    /// <summary>Makes one; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="hubs">The sockets, at most one of each family. They stay the caller's, who starts them and disposes them after the node.</param>
    public DhtNode(DhtOptions options, params IReadOnlyList<DatagramHub> hubs)
    {
        _options = options;
        _logger = options.Logger;
        _shared = new DhtShared(options, new HubWire(hubs));
        var askedHosts = new AskedHosts((ulong)options.Random.NextInt64());
        _core = new DhtCore(_shared, askedHosts);
        foreach (DatagramHub hub in hubs)
            _sockets.Add((hub, new Intake(new DatagramGate(_shared, askedHosts), _inbox)));
    }

    /// <summary>The numbers of the moment.</summary>
    public DhtStats Stats => Volatile.Read(ref _stats);

    /// <summary>Begins to take part. To be called once.</summary>
    public void Start()
    {
        foreach ((DatagramHub hub, IDatagramHandler handler) in _sockets)
        {
            _core.Open(hub.IsV6);
            hub.Add(handler);
        }

        _timer = _options.TimeProvider.CreateTimer(
            static inbox => ((DhtInbox)inbox!).Post(command: null), _inbox, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _run = Task.Run(RunAsync);
        var names = new NodeNames(_options, (endPoint, isRouter) => _inbox.Post(core => AddNamed(core, endPoint, isRouter)));
        _side = Task.WhenAll(Task.Run(() => names.RunAsync(_stopping.Token)), Task.Run(() => KeepSavingAsync(_stopping.Token)));
    }

    /// <summary>Somebody of ours says that a node is there: a peer's <c>port</c> message.</summary>
    public void AddNode(IPEndPoint endPoint)
    {
        CompactEndPoint compact = CompactEndPoint.From(endPoint);
        _inbox.Post(core => core.AddNode(compact));
    }

    /// <summary>We are no peer of a swarm any more: who asks us for it is told of others alone.</summary>
    public void Leave(SwarmKey infoHash)
    {
        NodeId target = NodeId.Of(infoHash);
        _inbox.Post(core => core.Leave(target));
    }

    /// <summary>Searches once in each network, and announces us if that is wanted. Ends early, with nothing found, when the node ends.</summary>
    /// <param name="search">What for.</param>
    /// <param name="onPeers">Hears of peers that were not named before, on the node's loop: must not block or throw. Null when they are not
    /// wanted.</param>
    /// <param name="cancellationToken">Ends the search: nobody more is asked or told of us. Questions that are on their way stay so.</param>
    public async Task<DhtSearchResult> SearchAsync(
        DhtSearch search, Action<IReadOnlyList<IPEndPoint>>? onPeers, CancellationToken cancellationToken)
    {
        var task = new SearchTask(this, onPeers);
        // Known before it is posted: whoever ends the loop ends those that it has not come to.
        _searches[task] = true;
        if (!_inbox.Post(core => Search(core, search, task)))
            task.OnDone(new DhtSearchResult());
        try
        {
            return await task.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            task.Silence();
        }
    }

    /// <summary>Searches once for the peers of a swarm, as they are found, without announcing us.</summary>
    public async IAsyncEnumerable<IPEndPoint> FindPeersAsync(
        SwarmKey infoHash, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Bounded by what one search takes at most.
        var found = Channel.CreateUnbounded<IPEndPoint>();
        var search = new DhtSearch { Target = NodeId.Of(infoHash), WantsPeers = true };
        Task<DhtSearchResult> searching = SearchAsync(search, Pass, cancellationToken);
        Task closing = searching.ContinueWith(
            _ => found.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await foreach (IPEndPoint peer in found.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            yield return peer;
        await closing.ConfigureAwait(false);
        await searching.ConfigureAwait(false);

        void Pass(IReadOnlyList<IPEndPoint> peers)
        {
            foreach (IPEndPoint peer in peers)
                found.Writer.TryWrite(peer);
        }
    }

    /// <summary>Ends the node and saves what it knows; the sockets stay open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach ((DatagramHub hub, IDatagramHandler handler) in _sockets)
            hub.Remove(handler);
        await _side.ConfigureAwait(false);
        if (_options.CacheFile is not null && !_run.IsCompleted)
            await SaveAsync().ConfigureAwait(false);
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        _inbox.Close();
        await _run.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            Remember();
            bool wasReady = false;
            while (await _inbox.WaitAsync().ConfigureAwait(false))
            {
                while (_inbox.TryTake(out DhtEvent e))
                {
                    Apply(e);
                    e.Release();
                    // The timer is spent, even if it came a little early.
                    if (e.IsTick)
                        _armedFor = TimeSpan.MaxValue;
                }

                _core.Tick();
                DhtStats now = _core.Stats;
                Volatile.Write(ref _stats, now);
                if (now.IsReady != wasReady)
                    Tell(now);
                wasReady = now.IsReady;
                Arm();
            }
        }
#pragma warning disable CA1031 // A bug of ours: torrents go on without the DHT, and whoever waits for a search must not wait for ever.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "The DHT has ended by a fault of this program");
        }

        _inbox.Close();
        while (_inbox.TryTake(out DhtEvent left))
            left.Release();
        foreach (SearchTask search in _searches.Keys)
            search.OnDone(new DhtSearchResult());
    }

    // A fault of ours in one datagram or one command concerns that one alone: the node goes on.
    private void Apply(DhtEvent e)
    {
        try
        {
            e.Apply(_core);
        }
#pragma warning disable CA1031 // Nothing is hidden: the first one is logged with its stack, and so is the number of all.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            if (_faults++ == 0)
                _logger.Error(bug, "The DHT goes on after a fault of this program in one message");
            else
                _logger.Debug(bug, "DHT: fault {Count} of this program in one message", _faults);
        }
    }

    private void Remember()
    {
        if (_options.CacheFile is not { } path)
            return;
        if (DhtCacheFile.TryRead(path, out string reason) is { } memory)
            _core.Remember(memory);
        else
            _logger.Debug("DHT nodes of an earlier run are not used: {Reason}", reason);
    }

    private void Tell(DhtStats now)
    {
        if (now.IsReady)
            _logger.Information("DHT: nodes known: {Nodes}", now.NodesV4 + now.NodesV6);
        else
            _logger.Information("DHT: no node answers any more");
    }

    private void Arm()
    {
        TimeSpan now = _shared.Now;
        TimeSpan due = _core.NextDue;
        if (due == TimeSpan.MaxValue || (due >= _armedFor && _armedFor > now))
            return;
        TimeSpan wait = due - now;
        wait = wait < LeastTimer ? LeastTimer : wait > MostTimer ? MostTimer : wait;
        _armedFor = now + wait;
        _timer?.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private static void AddNamed(DhtCore core, CompactEndPoint endPoint, bool isRouter)
    {
        if (isRouter)
            core.AddRouter(endPoint);
        else
            core.AddNode(endPoint);
    }

    private async Task KeepSavingAsync(CancellationToken cancellationToken)
    {
        if (_options.CacheFile is null)
            return;
        while (true)
        {
            await Task.Delay(SaveEvery, _options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            await SaveAsync().ConfigureAwait(false);
        }
    }

    private async Task SaveAsync()
    {
        var recalled = new TaskCompletionSource<DhtMemory>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_inbox.Post(core => Recall(core, recalled)))
            return;
        // The loop may end by a bug before it comes to this.
        await Task.WhenAny(recalled.Task, _run).ConfigureAwait(false);
        if (!recalled.Task.IsCompletedSuccessfully)
            return;
        DhtMemory memory = await recalled.Task.ConfigureAwait(false);
        if (memory.Nodes.Length > 0 && DhtCacheFile.TryWrite(_options.CacheFile!, memory) is { } reason)
            _logger.Warning("The DHT's nodes could not be kept for the next run: {Reason}", reason);
    }

    // Whoever waits for a search or for what is known must not wait for ever, whatever happens.
    private static void Search(DhtCore core, DhtSearch search, SearchTask task)
    {
        bool isBegun = false;
        try
        {
            core.Search(search, task);
            isBegun = true;
        }
        finally
        {
            if (!isBegun)
                task.OnDone(new DhtSearchResult());
        }
    }

    private static void Recall(DhtCore core, TaskCompletionSource<DhtMemory> recalled)
    {
        try
        {
            recalled.SetResult(core.Recall());
        }
        finally
        {
            recalled.TrySetCanceled();
        }
    }

    /// <summary>Sends by the socket of the right family.</summary>
    private sealed class HubWire : IDhtWire
    {
        private readonly DatagramHub? _v4;
        private readonly DatagramHub? _v6;

        public HubWire(IReadOnlyList<DatagramHub> hubs)
        {
            _v4 = hubs.FirstOrDefault(hub => !hub.IsV6);
            _v6 = hubs.FirstOrDefault(hub => hub.IsV6);
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => (to.IsV6 ? _v6 : _v4)?.TrySend(datagram, to) == true;

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => (to.IsV6 ? _v6 : _v4)?.AddressTowards(to);
    }

    /// <summary>Takes what may be the DHT's off one socket.</summary>
    private sealed class Intake : IDatagramHandler
    {
        private readonly DatagramGate _gate;
        private readonly DhtInbox _inbox;

        public Intake(DatagramGate gate, DhtInbox inbox)
        {
            _gate = gate;
            _inbox = inbox;
        }

        public bool TryTake(ReadOnlySpan<byte> datagram, CompactEndPoint from)
        {
            if (datagram.IsEmpty || datagram[0] != (byte)'d')
                return false;
            if (_gate.Admits(datagram, from))
                _inbox.Post(datagram, from);
            return true;
        }
    }

    /// <summary>One search that somebody waits for.</summary>
    private sealed class SearchTask : IDhtSearchSink
    {
        private readonly TaskCompletionSource<DhtSearchResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly DhtNode _node;
        private Action<IReadOnlyList<IPEndPoint>>? _onPeers;
        private volatile bool _isOver;

        public SearchTask(DhtNode node, Action<IReadOnlyList<IPEndPoint>>? onPeers)
        {
            _node = node;
            _onPeers = onPeers;
        }

        public Task<DhtSearchResult> Result => _result.Task;

        public bool IsWanted => !_isOver;

        public void Silence()
        {
            _isOver = true;
            Volatile.Write(ref _onPeers, null);
        }

        public void OnPeers(IReadOnlyList<CompactEndPoint> peers) =>
            Volatile.Read(ref _onPeers)?.Invoke([.. peers.Select(peer => peer.ToEndPoint())]);

        public void OnDone(DhtSearchResult result)
        {
            _node._searches.TryRemove(this, out _);
            _result.TrySetResult(result);
        }
    }
}
