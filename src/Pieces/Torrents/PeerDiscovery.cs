using System.Collections.Immutable;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// Finds peers for a torrent (trackers, DHT, local discovery, host names) and holds its connections, from the start of the torrent to its end. It
/// exists before the metainfo is known. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerDiscovery : IAsyncDisposable
{
    private readonly TorrentContext _context;
    private readonly TorrentInbox _inbox;
    private readonly PeerNames _names;
    private readonly ManualPeers _manualPeers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _moreTrackers = [];

    /// <summary>Creates an instance. Nothing is announced, searched or dialled before <see cref="Begin"/>.</summary>
    public PeerDiscovery(TorrentContext context)
    {
        _context = context;
        _inbox = context.Inbox;
        _names = new PeerNames(context);
        _manualPeers = new ManualPeers(_inbox, _names, _stopping.Token);
        Dht = new TorrentDht(context, _names);
        Admission = context.CreateAdmission();
    }

    /// <summary>Manages the known and connected peers.</summary>
    public PeerAdmission Admission { get; }

    /// <summary>The tracker client; null before <see cref="Begin"/>, or if there are no trackers.</summary>
    public TrackerClient? Trackers { get; private set; }

    /// <summary>The torrent's part in the DHT.</summary>
    public TorrentDht Dht { get; }

    /// <summary>Whether <see cref="Begin"/> was called.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Whether every tracker has refused this torrent, no tracker has returned peers, and peers cannot be found in any other way.</summary>
    public bool EveryTrackerRefused =>
        Trackers?.EveryTrackerRefused == true && _context.Options.Peers.IsEmpty && _context.LinkPeers.IsEmpty
        && !Dht.IsUnderWay && !Admission.HasHope;

    /// <summary>Cancelled when the torrent stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>A tracker returned peers by host name.</summary>
    public void Found(NamesFound found) => _manualPeers.TakeNames(found);

    /// <summary>Adds trackers to those of the torrent.</summary>
    public void Add(IReadOnlyList<string> trackers)
    {
        if (!IsUnderWay)
            _moreTrackers.AddRange(trackers);
        else if (Trackers is not null)
            Trackers.Add(trackers);
        else
            Start(_context.TrackerOptions(TrackerTiers.OneEach(trackers)));
    }

    /// <summary>
    /// Starts the announces to trackers and the DHT, and the lookups of the peers that the user or a link names. Must be called once.
    /// </summary>
    /// <param name="trackers">Options of the tracker client, or null if there are no trackers.</param>
    /// <param name="nodes">DHT nodes to start with, or null for a private torrent, which must not use the DHT (BEP 27).</param>
    public void Begin(TrackerClientOptions? trackers, ImmutableArray<string>? nodes)
    {
        IsUnderWay = true;
        if (nodes is { } known)
        {
            Dht.Begin(known);
            if (_context.Options.UseLocalDiscovery)
                _context.Services.LocalDiscovery?.Add(_context.Swarm, _inbox);
        }

        _manualPeers.Take(_context.Options.Peers, PeerOrigin.Manual);
        _manualPeers.Take(_context.LinkPeers, PeerOrigin.Link);
        Start(trackers);
        if (_moreTrackers.Count > 0)
            Add(_moreTrackers);
    }

    /// <summary>
    /// Requests peers from trackers if no peer is connected or being dialled, and from the DHT if there is room for more peers and none left to dial.
    /// </summary>
    public void NeedPeers()
    {
        if (Admission.IsAlone)
            Trackers?.NeedPeers();
        if (Admission.LacksPeers)
            Dht.NeedPeers();
    }

    /// <summary>Bans the peers that sent bad data, closes every connection from their addresses, and clears the list.</summary>
    public void Ban(List<SenderId> convicted)
    {
        foreach (SenderId id in convicted)
        {
            if (Admission.Ban(id) is not { } address)
                continue;
            _context.Reporter.Banned(address);
            Admission.CloseBanned();
        }

        convicted.Clear();
    }

    /// <summary>
    /// The torrent turned out to be private: leaves the DHT and local discovery, and closes the peers that are known only from these.
    /// </summary>
    public Task BecomePrivateAsync()
    {
        _context.Services.LocalDiscovery?.Remove(_context.Swarm);
        Admission.BecomePrivate();
        return Dht.LeaveAsync();
    }

    /// <summary>Stops all dials, lookups and DHT searches, and sends <c>stopped</c> to the trackers.</summary>
    /// <returns>A task that ends when the trackers have answered, after at most 2 s.</returns>
    public async Task<Task> StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _context.Services.LocalDiscovery?.Remove(_context.Swarm);
        Task leaving = Trackers?.StopAsync() ?? Task.CompletedTask;
        await Dht.LeaveAsync().ConfigureAwait(false);
        await _names.WhenIdleAsync().ConfigureAwait(false);
        return leaving;
    }

    /// <summary>Closes every connection and cancels every dial. The returned task completes when that is done.</summary>
    public Task CloseAllAsync() => Admission.CloseAllAsync("stopping");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Trackers is not null)
            await Trackers.DisposeAsync().ConfigureAwait(false);
        await Dht.DisposeAsync().ConfigureAwait(false);
        Admission.Dispose();
        Admission.Limits.Dispose();
        _stopping.Dispose();
    }

    private void Start(TrackerClientOptions? trackers)
    {
        if (trackers is null)
            return;
        Trackers = new TrackerClient(trackers, _inbox);
        Trackers.Start();
    }
}
