using Pieces.Peers;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// One part of a torrent's life: fetching the metadata, checking the data, transferring it. The loop calls the current stage for everything that
/// happens, one call at a time, and asks for its <see cref="Outcome"/> after each event. A stage decides what to do and never waits; work that takes
/// time runs in the background and reports through the inbox.
/// </summary>
internal interface ITorrentStage : IAsyncDisposable
{
    /// <summary>The phase that others see while this stage is the current one.</summary>
    TorrentPhase Phase { get; }

    /// <summary>Whether the torrent dials peers, and whether it asks trackers and the DHT for more when it has none.</summary>
    PeerDemand Demand { get; }

    /// <summary>Whether the stage goes on, and what comes after it.</summary>
    StageOutcome Outcome { get; }

    /// <summary>Where pieces are being written, so that the end must wait for it; null while nothing is written.</summary>
    ITorrentStore? Store { get; }

    /// <summary>What trackers are told.</summary>
    AnnounceCounters Counters { get; }

    /// <summary>Time from a tick to the next, as long as nothing else happens.</summary>
    TimeSpan Pace { get; }

    /// <summary>The present state, without what <see cref="TorrentStatus"/> adds to every snapshot.</summary>
    TorrentSnapshot Draw();

    /// <summary>The stage becomes the current one.</summary>
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

    /// <summary>The disk reports; never that it failed, which ends the torrent.</summary>
    void OnDisk(DiskEvent verdict);

    /// <summary>Time has passed.</summary>
    void OnTick();

    /// <summary>
    /// The torrent ends: the stage requests nothing more of peers. Ends when all background work has ended. Peers that are still connected are
    /// handled as before.
    /// </summary>
    Task StopAsync();

    /// <summary>All connections have ended: whatever is incomplete is queued to be written, if another run can go on from it.</summary>
    void FlushIncomplete();

    /// <summary>Saves what another run needs and closes the files.</summary>
    /// <exception cref="StorageException">Not everything could be saved.</exception>
    Task CloseAsync();
}

/// <summary>How much a torrent wants peers.</summary>
internal enum PeerDemand
{
    /// <summary>It dials nobody.</summary>
    None,

    /// <summary>It dials those it knows.</summary>
    Welcome,

    /// <summary>It dials those it knows, and asks for more when it runs out of them.</summary>
    Needed,
}

/// <summary>What comes after a stage.</summary>
internal abstract record StageOutcome
{
    /// <summary>The stage goes on.</summary>
    internal sealed record Stay : StageOutcome
    {
        public static readonly Stay Instance = new();
    }

    /// <summary>Another stage becomes the current one.</summary>
    internal sealed record Next(ITorrentStage Stage) : StageOutcome;

    /// <summary>The torrent has done all that it was to do.</summary>
    /// <param name="Reason">Which goal was reached, for people; null where that is plain.</param>
    internal sealed record Done(string? Reason) : StageOutcome;

    /// <summary>The torrent cannot go on.</summary>
    internal sealed record Failed(Exception Reason) : StageOutcome;
}

/// <summary>What the stages of one torrent share.</summary>
/// <param name="Contacts">Finds and connects its peers.</param>
/// <param name="Status">Shows others how it is doing.</param>
internal sealed record StageContext(TorrentContacts Contacts, TorrentStatus Status);
