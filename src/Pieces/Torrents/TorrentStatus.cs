using System.Diagnostics;

namespace Pieces.Torrents;

/// <summary>
/// The one writer of what others see of a running torrent: the public handle's snapshot and the counters that trackers are told. It also guards the
/// order of the phases. Owned by the torrent's loop.
/// </summary>
internal sealed class TorrentStatus
{
    private readonly Torrent _torrent;
    private readonly TorrentInbox _inbox;
    private readonly TorrentContacts _contacts;
    private TorrentPhase _phase;

    /// <summary>Continues from the phase that the handle was made with.</summary>
    public TorrentStatus(Torrent torrent, TorrentInbox inbox, TorrentContacts contacts)
    {
        _torrent = torrent;
        _inbox = inbox;
        _contacts = contacts;
        _phase = torrent.Snapshot.Phase;
    }

    /// <summary>The public handle: its tasks, and what it showed last.</summary>
    public Torrent Torrent => _torrent;

    /// <summary>Shows the present state of a stage.</summary>
    /// <param name="stage">The current stage.</param>
    /// <param name="ending">The phase of a torrent that ends; null while the stage goes on.</param>
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
            DhtNodes = _contacts.Dht.Nodes,
            EveryTrackerRefused = _contacts.EveryTrackerRefused,
        });
    }

    /// <summary>Whether one phase may follow another. The metadata phases change with the peers that offer it; everything else goes one
    /// way.</summary>
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
