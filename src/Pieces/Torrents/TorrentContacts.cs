using System.Collections.Immutable;
using System.Net;
using Pieces.Torrents.MetadataExchange;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// What brings a torrent its peers, from its first moment to its last: also from before its metainfo is known. Owned by the torrent's loop, and by
/// the one before it when it began as a magnet link.
/// </summary>
internal sealed class TorrentContacts : IAsyncDisposable
{
    private readonly TorrentBasis _basis;
    private readonly TorrentInbox _inbox;
    private readonly HandPeers _handPeers;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Makes it; nobody is asked or dialled before <see cref="Begin"/>.</summary>
    public TorrentContacts(TorrentBasis basis)
    {
        _basis = basis;
        _inbox = basis.Inbox;
        _handPeers = new HandPeers(basis);
        Metadata = new MetadataDesk(new MetadataFetch(basis.InfoHash, basis.Services.TimeProvider), basis.Services.TimeProvider);
        Dht = new TorrentDht(basis);
        Lobby = new PeerLobby(basis.CreateAdmission(), Metadata, Dht, basis.Services, basis.Reporter);
    }

    /// <summary>The peers, until a session takes them over.</summary>
    public PeerLobby Lobby { get; }

    /// <summary>Fetches the metadata where it is not known.</summary>
    public MetadataDesk Metadata { get; }

    /// <summary>The trackers; null when there are none, or nobody has asked yet.</summary>
    public TrackerClient? Trackers { get; private set; }

    /// <summary>The torrent's part in the DHT.</summary>
    public TorrentDht Dht { get; }

    /// <summary>Whether trackers and peers have been asked.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Whether every tracker has refused this torrent, none has named peers, and no peer can be found in another way.</summary>
    public bool EveryTrackerRefused =>
        Trackers?.EveryTrackerRefused == true && _basis.Options.Peers.IsEmpty && !Dht.IsUnderWay && !Lobby.HasHope;

    /// <summary>Ends with the torrent.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Asks trackers and the DHT, and looks up the peers that are known by hand. To be called once.</summary>
    /// <param name="peers">Peers known by hand.</param>
    /// <param name="trackers">What trackers are told, or null when there are none to ask.</param>
    /// <param name="nodes">DHT nodes to begin with, or null when it is a private torrent, which may not ask there (BEP 27).</param>
    public void Begin(ImmutableArray<EndPoint> peers, TrackerClientOptions? trackers, ImmutableArray<string>? nodes)
    {
        IsUnderWay = true;
        if (nodes is { } known)
        {
            Dht.Begin(known);
            if (_basis.Options.UseLocalDiscovery)
                _basis.Services.LocalDiscovery?.Add(_basis.InfoHash, _inbox);
        }

        _handPeers.Start(peers, _stopping.Token);
        if (trackers is null)
            return;
        Trackers = new TrackerClient(trackers, _inbox);
        Trackers.Start();
    }

    /// <summary>Tells the user what trackers, the DHT or a look-up have said.</summary>
    public void Tell(TorrentEvent said)
    {
        switch (said)
        {
            case TrackerSaid tracker:
                _basis.Reporter.Tracker(tracker.Url, tracker.Peers, tracker.Error);
                break;
            case TrackerWarned warned:
                _basis.Reporter.Warn($"{warned.Url} says: {warned.Message}");
                break;
            case DhtSearched searched:
                _basis.Reporter.Dht(searched.Peers, searched.Answers, Dht.Nodes);
                break;
            case WarningRaised warning:
                _basis.Reporter.Warn(warning.Message);
                break;
        }
    }

    /// <summary>It has turned out private: leaves the DHT and local discovery at once, and whoever may be a peer by them alone.</summary>
    public async Task BecomePrivateAsync()
    {
        _basis.Services.LocalDiscovery?.Remove(_basis.InfoHash);
        await Dht.LeaveAsync().ConfigureAwait(false);
        Lobby.Admission.BecomePrivate();
    }

    /// <summary>Ends all that is being asked and dialled, but for the trackers, which hear of it.</summary>
    /// <returns>Ends when they have heard of it, in 2 s at the most.</returns>
    public async Task<Task> StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _basis.Services.LocalDiscovery?.Remove(_basis.InfoHash);
        Task leaving = Trackers?.StopAsync() ?? Task.CompletedTask;
        await Dht.LeaveAsync().ConfigureAwait(false);
        await _handPeers.WhenIdleAsync().ConfigureAwait(false);
        return leaving;
    }

    /// <summary>Closes every connection and ends every dial; ends when that is done.</summary>
    public Task CloseAllAsync() => Lobby.Admission.CloseAllAsync("stopping");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Trackers is not null)
            await Trackers.DisposeAsync().ConfigureAwait(false);
        await Dht.DisposeAsync().ConfigureAwait(false);
        Lobby.Admission.Limits.Dispose();
        _stopping.Dispose();
    }
}
