using Pieces.Peers;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// One part of a torrent's life: fetching the metadata, checking the data, transferring it. The loop calls the current stage for every event, one
/// call at a time, and reads its <see cref="Outcome"/> after each event. A stage decides what to do and never waits. Work that takes time runs in the
/// background and reports through the inbox.
/// </summary>
internal interface ITorrentStage : IAsyncDisposable
{
    /// <summary>The phase shown in snapshots while this stage is the current one.</summary>
    TorrentPhase Phase { get; }

    /// <summary>Whether the torrent dials peers, and whether it requests more from trackers and the DHT when it has none.</summary>
    PeerDemand Demand { get; }

    /// <summary>Whether the stage continues, and what comes after it.</summary>
    StageOutcome Outcome { get; }

    /// <summary>The store that pieces are written to; the torrent waits for it when it stops. Null while nothing is written.</summary>
    ITorrentStore? Store { get; }

    /// <summary>The counters that are sent to trackers.</summary>
    AnnounceCounters Counters { get; }

    /// <summary>Time between two ticks while no other event occurs.</summary>
    TimeSpan Pace { get; }

    /// <summary>Returns the current state, without the fields that <see cref="TorrentStatus"/> adds to every snapshot.</summary>
    TorrentSnapshot Draw();

    /// <summary>Called when the stage becomes the current one.</summary>
    void Begin();

    /// <summary>Work that the stage had started in the background has ended.</summary>
    void OnWork(StageWork work);

    /// <summary>A peer was admitted; nothing has been sent to it yet.</summary>
    void OnPeerJoined(PeerState peer);

    /// <summary>A peer has sent messages. The loop disposes of the batch.</summary>
    void OnMessages(PeerState peer, PeerBatch batch);

    /// <summary>Blocks were sent to a peer, which may have left since.</summary>
    void OnUploaded(PeerState? peer, long bytes);

    /// <summary>A peer has left.</summary>
    void OnPeerLeft(PeerState peer);

    /// <summary>A disk job has reported. Disk failures are not passed on: they end the torrent.</summary>
    void OnDisk(DiskEvent verdict);

    /// <summary>Called at every tick.</summary>
    void OnTick();

    /// <summary>
    /// The torrent stops: the stage sends no more requests. The returned task completes when all background work has ended. Events of peers that are
    /// still connected are handled as before.
    /// </summary>
    Task StopAsync();

    /// <summary>All connections have ended: queues incomplete pieces to be written, if another run can resume from them.</summary>
    void FlushIncomplete();

    /// <summary>Saves what another run needs, and closes the files.</summary>
    /// <exception cref="StorageException">Not everything could be saved.</exception>
    Task CloseAsync();
}

/// <summary>Whether a torrent connects to peers.</summary>
internal enum PeerDemand
{
    /// <summary>The torrent dials no peers.</summary>
    None,

    /// <summary>The torrent dials the peers it knows.</summary>
    Welcome,

    /// <summary>The torrent dials the peers it knows, and requests more from trackers and the DHT when it runs out of them.</summary>
    Needed,
}

/// <summary>What comes after a stage.</summary>
internal abstract record StageOutcome
{
    /// <summary>The stage continues.</summary>
    internal sealed record Stay : StageOutcome
    {
        public static readonly Stay Instance = new();
    }

    /// <summary>Another stage becomes the current one.</summary>
    internal sealed record Next(ITorrentStage Stage) : StageOutcome;

    /// <summary>The torrent has reached its goal.</summary>
    /// <param name="Reason">The goal that was reached, as text for the user; null if it is obvious.</param>
    internal sealed record Done(string? Reason) : StageOutcome;

    /// <summary>The torrent cannot continue.</summary>
    internal sealed record Failed(Exception Reason) : StageOutcome;
}

/// <summary>The objects that the stages of one torrent share.</summary>
/// <param name="Contacts">Finds peers and connects to them.</param>
/// <param name="Status">Publishes the torrent's state.</param>
internal sealed record StageContext(PeerDiscovery Contacts, TorrentStatus Status);
