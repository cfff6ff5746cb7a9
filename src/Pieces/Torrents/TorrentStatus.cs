using System.Diagnostics;

namespace Pieces.Torrents;

/// <summary>
/// Publishes the state of a running torrent: the snapshot of the public handle and the counters for trackers. Nothing else writes them. It also
/// enforces the order of the phases. Owned by the torrent's loop.
/// </summary>
internal sealed class TorrentStatus
{
    private readonly Torrent _torrent;
    private readonly TorrentInbox _inbox;
    private readonly PeerDiscovery _discovery;
    private TorrentPhase _phase;

    /// <summary>Continues from the phase with which the handle was created.</summary>
    public TorrentStatus(Torrent torrent, TorrentInbox inbox, PeerDiscovery discovery)
    {
        _torrent = torrent;
        _inbox = inbox;
        _discovery = discovery;
        _phase = torrent.Snapshot.Phase;
    }

    /// <summary>The public handle: its tasks and its last snapshot.</summary>
    public Torrent Torrent => _torrent;

    /// <summary>Publishes the current state of a stage.</summary>
    /// <param name="stage">The current stage.</param>
    /// <param name="ending">The phase of a torrent that is ending; null while the stage continues.</param>
    public void Publish(ITorrentStage stage, TorrentPhase? ending = null)
    {
        TorrentPhase next = ending ?? stage.Phase;
        if (!MayFollow(_phase, next))
            throw new UnreachableException($"a torrent cannot go from {_phase} to {next}");
        _phase = next;
        _inbox.Counters = stage.Counters;
        _torrent.Publish(stage.Draw() with
        {
            Phase = next,
            DhtNodes = _discovery.Dht.Nodes,
            EveryTrackerRefused = _discovery.EveryTrackerRefused,
        });
    }

    /// <summary>
    /// Whether one phase may follow another. The two metadata phases alternate as peers that offer the metadata come and go. All other transitions
    /// are one-way.
    /// </summary>
    internal static bool MayFollow(TorrentPhase now, TorrentPhase next) => (now, next) switch
    {
        (TorrentPhase.Stopping, _) => next is TorrentPhase.Stopping or TorrentPhase.Stopped or TorrentPhase.Failed,
        (TorrentPhase.Stopped or TorrentPhase.Failed, _) => false,
        (_, TorrentPhase.Stopping) => true,
        (TorrentPhase.FindingPeers, TorrentPhase.FetchingMetadata) => true,
        (TorrentPhase.FetchingMetadata, TorrentPhase.FindingPeers) => true,
        (TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata, TorrentPhase.Checking) => true,
        (TorrentPhase.Checking, TorrentPhase.Downloading) => true,
        (TorrentPhase.Downloading, TorrentPhase.Seeding) => true,
        _ => now == next,
    };
}
