using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Peers;
using Pieces.Torrents;

namespace Pieces.Cli.Events;

/// <summary>What is told of what happened.</summary>
internal static class EventText
{
    private static readonly Dictionary<ExitCode, string> Signals = new()
    {
        [ExitCode.Hangup] = "stopped by SIGHUP",
        [ExitCode.Interrupted] = "stopped by SIGINT",
        [ExitCode.Terminated] = "stopped by SIGTERM",
    };

    /// <summary>The event for a notice of a torrent, or null when it is not told.</summary>
    public static TransferEvent? Of(TransferItem item, TorrentNotice notice, DateTimeOffset now) => notice switch
    {
        MetadataNotice metadata => new MetadataEvent(now, item.InfoHash, metadata.Name, metadata.Size),
        StartedNotice started => Start(item, started, now),
        PieceNotice piece => new PieceEvent(now, item.InfoHash, piece.Index, piece.HavePieces, item.Subject!.Pieces),
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

    /// <summary>How far a torrent is.</summary>
    /// <param name="item">The source.</param>
    /// <param name="state">Its state, in a phase that has a name.</param>
    /// <param name="phase">That name.</param>
    /// <param name="now">The time.</param>
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

    /// <summary>The name of a phase in which there is progress to tell of, or null: before, "start" has not been said yet, and after, all has.</summary>
    public static string? PhaseName(TorrentPhase phase) => phase switch
    {
        TorrentPhase.FindingPeers => "finding_peers",
        TorrentPhase.FetchingMetadata => "fetching_metadata",
        TorrentPhase.Downloading => "downloading",
        TorrentPhase.Seeding => "seeding",
        _ => null,
    };

    /// <summary>Everything wanted is here.</summary>
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

    /// <summary>Why a source ended, in words; never empty.</summary>
    public static string Reason(Outcome outcome, bool seeds)
    {
        if (!string.IsNullOrEmpty(outcome.Message))
            return outcome.Message;
        if (outcome.Code == ExitCode.Success)
            return seeds ? "done seeding" : "complete";
        return Signals.GetValueOrDefault(outcome.Code) ?? (outcome.Code == ExitCode.BrokenPipe ? "the reader left" : "stopped");
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
        PeerOrigin.Hand or PeerOrigin.Link => "hand",
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
