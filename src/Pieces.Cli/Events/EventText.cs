using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Peers;
using Pieces.Torrents;

namespace Pieces.Cli.Events;

/// <summary>Converts notices and states of torrents to events.</summary>
internal static class EventText
{
    private static readonly Dictionary<ExitCode, string> Signals = new()
    {
        [ExitCode.Hangup] = "stopped by SIGHUP",
        [ExitCode.Interrupted] = "stopped by SIGINT",
        [ExitCode.Terminated] = "stopped by SIGTERM",
    };

    /// <summary>Returns the event for a notice of a torrent, or null if there is none.</summary>
    public static TransferEvent? Of(TransferItem item, TorrentNotice notice, DateTimeOffset now) => notice switch
    {
        MetadataNotice metadata => new MetadataEvent(now, item.InfoHash, metadata.Name, metadata.Size),
        StartedNotice started => Start(item, started, now),
        PieceNotice piece => new PieceEvent(now, item.InfoHash, piece.Piece.Value, piece.HavePieces, item.Subject!.Pieces),
        FileNotice file => new FileEvent(now, item.InfoHash, file.Path, file.Length),
        PeerNotice peer => new PeerEvent(now, item.InfoHash, peer.Address.ToString(), StateOf(peer.Change), peer.Reason, peer.Client, OriginOf(peer))
        {
            Encrypted = peer.Change == PeerChange.Connected ? peer.IsEncrypted : null,
        },
        TrackerNotice tracker => new TrackerEvent(now, item.InfoHash, tracker.Url, tracker.Error is null, tracker.Peers, tracker.Error),
        WarningNotice warning => new WarningEvent(now, item.InfoHash, item.Source, warning.Message, (int)ExitCode.Success),
        CompletedNotice completed => Complete(item, completed.Snapshot, now),
        _ => null,
    };

    /// <summary>Returns the progress event of a torrent.</summary>
    /// <param name="item">The source.</param>
    /// <param name="state">The torrent's state, in a phase for which <see cref="PhaseName"/> is not null.</param>
    /// <param name="phase">The name of that phase.</param>
    /// <param name="now">The current time.</param>
    public static ProgressEvent Progress(TransferItem item, TorrentSnapshot state, string phase, DateTimeOffset now) => new(
        now,
        item.InfoHash,
        state.BytesVerified,
        state.BytesWanted,
        (long)state.DownloadRate,
        (long)state.UploadRate,
        state.Uploaded,
        state.ConnectedPeers,
        state.ConnectedSeeds,
        state.Eta is { } eta ? (long)Math.Ceiling(eta.TotalSeconds) : null,
        state.DhtNodes,
        phase);

    /// <summary>Returns the name of a phase for progress events. Null before the start event is written and after the torrent has ended.</summary>
    public static string? PhaseName(TorrentPhase phase) => phase switch
    {
        TorrentPhase.FindingPeers => "finding_peers",
        TorrentPhase.FetchingMetadata => "fetching_metadata",
        TorrentPhase.Downloading => "downloading",
        TorrentPhase.Seeding => "seeding",
        _ => null,
    };

    /// <summary>Returns the event for a torrent whose wanted data is complete.</summary>
    public static CompleteEvent Complete(TransferItem item, TorrentSnapshot state, DateTimeOffset now) => new(
        now,
        item.InfoHash,
        item.Name,
        item.Path,
        state.BytesWanted,
        Math.Round((state.CompletedAfter ?? state.Elapsed).TotalSeconds, 3),
        state.Downloaded,
        state.Uploaded,
        state.Wasted);

    /// <summary>Returns the reason why a source ended, for people. It is never empty.</summary>
    public static string Reason(Outcome outcome, bool seeds)
    {
        if (!string.IsNullOrEmpty(outcome.Message))
            return outcome.Message;
        if (outcome.Code == ExitCode.Success)
            return seeds ? "done seeding" : "complete";
        return Signals.GetValueOrDefault(outcome.Code) ?? (outcome.Code == ExitCode.BrokenPipe ? "stdout was closed by its reader" : "stopped");
    }

    private static StartEvent Start(TransferItem item, StartedNotice started, DateTimeOffset now) => new(
        now,
        item.InfoHash,
        item.Source,
        item.Name,
        item.Subject!.Files,
        item.Subject.Size,
        item.Subject.Pieces,
        item.Subject.PieceLength,
        started.HavePieces);

    private static string? OriginOf(PeerNotice peer) => peer.Origin switch
    {
        PeerOrigin.Manual or PeerOrigin.Link => "hand",
        PeerOrigin.Tracker => "tracker",
        PeerOrigin.Inbound => "incoming",
        PeerOrigin.Dht => "dht",
        PeerOrigin.Local => "lsd",
        PeerOrigin.Exchange => "pex",
        _ => null,
    };

    private static string StateOf(PeerChange change) => change switch
    {
        PeerChange.Connected => "connected",
        PeerChange.Banned => "banned",
        PeerChange.Completed => "complete",
        _ => "closed",
    };
}
