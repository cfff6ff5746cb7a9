using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>
/// Determines what each transfer is doing. A stall is measured only in time during which transfers are observed: while the program or the machine is
/// suspended, no data can arrive, so that time does not count.
/// </summary>
internal sealed class ActivityWatch
{
    /// <summary>A download is stalled if no peer sends data for this long.</summary>
    public static readonly TimeSpan StallTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Maximum time between two observations that counts as silence. Observations are at most a second apart; a longer gap means that the process was
    /// suspended.
    /// </summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    private readonly Dictionary<TransferSubject, Seen> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly TimeProvider _timeProvider;

    public ActivityWatch(TimeProvider timeProvider) => _timeProvider = timeProvider;

    /// <summary>Returns what a transfer is doing now.</summary>
    public TransferActivity Look(TransferStatus transfer)
    {
        TorrentSnapshot now = transfer.Snapshot;
        long timestamp = _timeProvider.GetTimestamp();
        TimeSpan silence = TimeSpan.Zero;
        if (_seen.TryGetValue(transfer.Subject, out Seen last) && last.Downloaded == now.Downloaded && now.Phase == TorrentPhase.Downloading)
        {
            TimeSpan passed = _timeProvider.GetElapsedTime(last.Timestamp, timestamp);
            silence = last.Silence + (passed < LongestLook ? passed : LongestLook);
        }

        _seen[transfer.Subject] = new Seen(now.Downloaded, timestamp, silence);
        return Of(now, silence);
    }

    private static TransferActivity Of(TorrentSnapshot now, TimeSpan silence) => now.Phase switch
    {
        TorrentPhase.FindingPeers => TransferActivity.FindingPeers,
        TorrentPhase.FetchingMetadata => TransferActivity.FetchingMetadata,
        TorrentPhase.Checking => TransferActivity.Checking,
        TorrentPhase.Downloading when now.BytesWanted > 0 && now.BytesVerified >= now.BytesWanted => TransferActivity.Finishing,
        TorrentPhase.Downloading when now.ConnectedPeers == 0 => TransferActivity.FindingPeers,
        TorrentPhase.Downloading when silence >= StallTime => TransferActivity.Stalled,
        TorrentPhase.Downloading => TransferActivity.Downloading,
        TorrentPhase.Seeding => TransferActivity.Seeding,
        TorrentPhase.Stopping => TransferActivity.Stopping,
        _ => TransferActivity.Over,
    };

    private readonly record struct Seen(long Downloaded, long Timestamp, TimeSpan Silence);
}
