using System.Collections.Immutable;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// What brings a torrent its peers, from its first moment to its last: also from before its metainfo is known. Owned by the torrent's loop.
/// </summary>
internal sealed class TorrentContacts : IAsyncDisposable
{
    private readonly TorrentBasis _basis;
    private readonly TorrentInbox _inbox;
    private readonly PeerNames _names;
    private readonly HandPeers _handPeers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _moreTrackers = [];

    /// <summary>Makes it; nobody is asked or dialled before <see cref="Begin"/>.</summary>
    public TorrentContacts(TorrentBasis basis)
    {
        _basis = basis;
        _inbox = basis.Inbox;
        _names = new PeerNames(basis);
        _handPeers = new HandPeers(_inbox, _names, _stopping.Token);
        Dht = new TorrentDht(basis, _names);
        Admission = basis.CreateAdmission();
    }

    /// <summary>The peers that are known and connected, and how they come and go.</summary>
    public PeerAdmission Admission { get; }

    /// <summary>The trackers; null when there are none, or before <see cref="Begin"/>.</summary>
    public TrackerClient? Trackers { get; private set; }

    /// <summary>The torrent's part in the DHT.</summary>
    public TorrentDht Dht { get; }

    /// <summary>Whether trackers and peers have been asked.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Whether every tracker has refused this torrent, none has named peers, and no peer can be found in another way.</summary>
    public bool EveryTrackerRefused =>
        Trackers?.EveryTrackerRefused == true && _basis.Options.Peers.IsEmpty && _basis.LinkPeers.IsEmpty && !Dht.IsUnderWay && !Admission.HasHope;

    /// <summary>Ends with the torrent.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>A tracker names peers by their hosts.</summary>
    public void Found(NamesFound found) => _handPeers.TakeNames(found);

    /// <summary>Adds trackers to those of the torrent.</summary>
    public void Add(IReadOnlyList<string> trackers)
    {
        if (!IsUnderWay)
            _moreTrackers.AddRange(trackers);
        else if (Trackers is not null)
            Trackers.Add(trackers);
        else
            Start(_basis.TrackerOptions([.. trackers.Select(url => (ImmutableArray<string>)[url])]));
    }

    /// <summary>Asks trackers and the DHT, and looks up the peers that the user or a link names. To be called once.</summary>
    /// <param name="trackers">What trackers are told, or null when there are none to ask.</param>
    /// <param name="nodes">DHT nodes to begin with, or null when it is a private torrent, which may not ask there (BEP 27).</param>
    public void Begin(TrackerClientOptions? trackers, ImmutableArray<string>? nodes)
    {
        IsUnderWay = true;
        if (nodes is { } known)
        {
            Dht.Begin(known);
            if (_basis.Options.UseLocalDiscovery)
                _basis.Services.LocalDiscovery?.Add(_basis.Swarm, _inbox);
        }

        _handPeers.Take(_basis.Options.Peers, PeerOrigin.Hand);
        _handPeers.Take(_basis.LinkPeers, PeerOrigin.Link);
        Start(trackers);
        if (_moreTrackers.Count > 0)
            Add(_moreTrackers);
    }

    /// <summary>Asks trackers for peers when none is connected or being dialled, and the DHT when there is room for more than are known.</summary>
    public void NeedPeers()
    {
        if (Admission.IsAlone)
            Trackers?.NeedPeers();
        if (Admission.LacksPeers)
            Dht.NeedPeers();
    }

    /// <summary>Bans peers that sent bad data, closes every connection from their addresses, and empties the list.</summary>
    public void Ban(List<SourceId> convicted)
    {
        foreach (SourceId id in convicted)
        {
            if (Admission.Ban(id) is not { } address)
                continue;
            _basis.Reporter.Banned(address);
            Admission.CloseBanned();
        }

        convicted.Clear();
    }

    /// <summary>The torrent has turned out private: leaves the DHT and local discovery, and closes the peers that are known from them
    /// alone.</summary>
    public Task BecomePrivateAsync()
    {
        _basis.Services.LocalDiscovery?.Remove(_basis.Swarm);
        Admission.BecomePrivate();
        return Dht.LeaveAsync();
    }

    /// <summary>Ends all that is being asked and dialled, but for the trackers, which hear of it.</summary>
    /// <returns>Ends when they have heard of it, in 2 s at the most.</returns>
    public async Task<Task> StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _basis.Services.LocalDiscovery?.Remove(_basis.Swarm);
        Task leaving = Trackers?.StopAsync() ?? Task.CompletedTask;
        await Dht.LeaveAsync().ConfigureAwait(false);
        await _names.WhenIdleAsync().ConfigureAwait(false);
        return leaving;
    }

    /// <summary>Closes every connection and ends every dial; ends when that is done.</summary>
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
