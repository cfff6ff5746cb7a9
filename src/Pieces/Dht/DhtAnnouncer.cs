using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Primitives;

namespace Pieces.Dht;

/// <summary>Receives the DHT's results for one torrent. Called on the node's task, so it must not block or throw: a torrent posts to its own
/// inbox.</summary>
internal interface IDhtSink
{
    /// <summary>Nodes returned peers. The list is untrusted: it may contain our own address and dead peers.</summary>
    void OnDhtPeers(IReadOnlyList<IPEndPoint> peers);

    /// <summary>A search has ended.</summary>
    void OnDhtSearched(DhtSearchResult result);

    /// <summary>The port on which we accept peer connections now, or null while we cannot be reached; then we search without announcing.</summary>
    int? AnnouncedPort { get; }

    /// <summary>Whether we have all pieces now.</summary>
    bool IsSeed { get; }
}

/// <summary>
/// Searches for one torrent's peers and announces us, by <see cref="DhtSchedule"/>, on a task of its own. Not for private torrents (BEP 27).
/// </summary>
internal sealed class DhtAnnouncer : IAsyncDisposable
{
    private readonly DhtNode _node;
    private readonly IDhtSink _sink;
    private readonly SwarmKey _infoHash;
    private readonly NodeId _target;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly DhtSchedule _schedule;
    private readonly SemaphoreSlim _need = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _madeAt;
    private Task _run = Task.CompletedTask;
    private int _isNeeded;

    /// <summary>Creates an announcer; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="node">The client's node.</param>
    /// <param name="infoHash">The torrent.</param>
    /// <param name="sink">Receives the results.</param>
    /// <param name="options">Clock, random numbers and log. The <see cref="Random"/> must not be shared with other objects.</param>
    public DhtAnnouncer(DhtNode node, SwarmKey infoHash, IDhtSink sink, DhtOptions options)
    {
        _node = node;
        _sink = sink;
        _infoHash = infoHash;
        _target = NodeId.Of(infoHash);
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _schedule = new DhtSchedule(options.Random);
        _madeAt = _timeProvider.GetTimestamp();
    }

    private TimeSpan Now => _timeProvider.GetElapsedTime(_madeAt);

    /// <summary>Starts with a search at once. Must be called only once.</summary>
    public void Start() => _run = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>The torrent is running out of peers: the next search is brought forward. Cheap enough to be called at every tick.</summary>
    public void NeedPeers()
    {
        if (Interlocked.Exchange(ref _isNeeded, 1) == 0)
            _need.Release();
    }

    /// <summary>Stops all work. The DHT has no message to withdraw an announce: nodes drop an entry that is not renewed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _node.Leave(_infoHash);
        _stopping.Dispose();
        _need.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(cancellationToken).ConfigureAwait(false);
                _schedule.Begin();
                int? port = _sink.AnnouncedPort;
                var search = new DhtSearch { Target = _target, WantsPeers = true, AnnouncedPort = port, IsSeed = _sink.IsSeed };
                DhtSearchResult result = await _node.SearchAsync(search, _sink.OnDhtPeers, cancellationToken).ConfigureAwait(false);
                _schedule.End(Now, result.Answers, result.Peers);
                _sink.OnDhtSearched(result);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _logger.Debug("the DHT is no longer searched for {Target}", _target);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_schedule.NextAt is { } regular && regular > Now && await IsNeededAsync(regular - Now, cancellationToken).ConfigureAwait(false))
            _schedule.NeedPeers();
        if (_schedule.NextAt is { } due && due > Now)
            await Task.Delay(due - Now, _timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsNeededAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _need.WaitAsync(either.Token).ConfigureAwait(false);
            Volatile.Write(ref _isNeeded, 0);
            return true;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
