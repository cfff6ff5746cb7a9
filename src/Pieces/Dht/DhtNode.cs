using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Dht;

/// <summary>
/// A DHT node on the client's shared UDP sockets. One loop owns all of its state (<see cref="DhtCore"/>); other threads post commands to it. It
/// serves all torrents of a client. The caller must never pass it a private torrent (BEP 27). Safe for all threads.
/// </summary>
internal sealed class DhtNode : IAsyncDisposable
{
    /// <summary>Time between writes of the cache file. It is also written when the node ends.</summary>
    public static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(15);

    // Bounds of the timer: shorter intervals are below the resolution of system timers, and TimeSpan.MaxValue is not a valid interval.
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

    /// <summary>Creates a node; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">Options of the node.</param>
    /// <param name="hubs">The sockets, at most one per address family. The caller keeps ownership: it starts them and disposes them after the
    /// node.</param>
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

    /// <summary>The current counters.</summary>
    public DhtStats Stats => Volatile.Read(ref _stats);

    /// <summary>Joins the network. Must be called only once.</summary>
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
        names.AddLiterals();
        _side = Task.WhenAll(Task.Run(() => names.RunAsync(_stopping.Token)), Task.Run(() => KeepSavingAsync(_stopping.Token)));
    }

    /// <summary>Adds a node that a peer named in a <c>port</c> message.</summary>
    public void AddNode(IPEndPoint endPoint)
    {
        CompactEndPoint compact = CompactEndPoint.From(endPoint);
        _inbox.Post(core => core.AddNode(compact));
    }

    /// <summary>We have left a swarm: stop returning ourselves as its peer to nodes that query us.</summary>
    public void Leave(SwarmKey infoHash)
    {
        NodeId target = NodeId.Of(infoHash);
        _inbox.Post(core => core.Leave(target));
    }

    /// <summary>Searches once in each network and announces us if requested. Ends early with an empty result when the node ends.</summary>
    /// <param name="search">The target of the search and what to do there.</param>
    /// <param name="onPeers">Receives newly found peers, on the node's loop; must not block or throw. Null if they are not wanted.</param>
    /// <param name="cancellationToken">Ends the search: no further queries or announces are sent. Queries already sent are not withdrawn.</param>
    public async Task<DhtSearchResult> SearchAsync(
        DhtSearch search, Action<IReadOnlyList<IPEndPoint>>? onPeers, CancellationToken cancellationToken)
    {
        var task = new SearchTask(this, onPeers);
        // Registered before it is posted, so that the end of the loop also completes searches still in the queue.
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

    /// <summary>Searches once for the peers of a swarm and returns them as they are found, without announcing us.</summary>
    public async IAsyncEnumerable<IPEndPoint> FindPeersAsync(
        SwarmKey infoHash, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The channel needs no limit: one search returns a limited number of peers.
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

    /// <summary>Ends the node and writes the cache file; the sockets stay open.</summary>
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
                    // The timer has fired and must be set again, even if it fired a little early.
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
#pragma warning disable CA1031 // After a bug, torrents continue without the DHT, and pending searches are completed below.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "the DHT has stopped because of a bug in this program");
        }

        _inbox.Close();
        while (_inbox.TryTake(out DhtEvent left))
            left.Release();
        foreach (SearchTask search in _searches.Keys)
            search.OnDone(new DhtSearchResult());
    }

    // A bug triggered by one datagram or one command affects only that one: the node continues.
    private void Apply(DhtEvent e)
    {
        try
        {
            e.Apply(_core);
        }
#pragma warning disable CA1031 // Nothing is hidden: the first bug is logged as an error, further ones at debug level.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            if (_faults++ == 0)
                _logger.Error(bug, "the DHT continues after a bug in this program in one message");
            else
                _logger.Debug(bug, "DHT: bug {Count} in this program in one message", _faults);
        }
    }

    private void Remember()
    {
        if (_options.CacheFile is not { } path)
            return;
        if (DhtCacheFile.TryRead(path, out string reason) is { } memory)
            _core.Remember(memory);
        else
            _logger.Debug("DHT nodes saved by an earlier run are not used: {Reason}", reason);
    }

    private void Tell(DhtStats now)
    {
        if (now.IsReady)
            _logger.Information("DHT: nodes known: {Nodes}", now.NodesV4 + now.NodesV6);
        else
            _logger.Information("DHT: no node responds any more");
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
        // The loop may end by a bug before it processes the command.
        await Task.WhenAny(recalled.Task, _run).ConfigureAwait(false);
        if (!recalled.Task.IsCompletedSuccessfully)
            return;
        DhtMemory memory = await recalled.Task.ConfigureAwait(false);
        if (memory.Nodes.Length > 0 && DhtCacheFile.TryWrite(_options.CacheFile!, memory) is { } reason)
            _logger.Warning("the nodes of the DHT could not be saved for the next run: {Reason}", reason);
    }

    // A caller that awaits a search or the saved state must not wait forever, whatever happens.
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

    /// <summary>Sends through the socket of the destination's address family.</summary>
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

    /// <summary>Takes DHT datagrams from one socket.</summary>
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

    /// <summary>A search that a caller awaits.</summary>
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
