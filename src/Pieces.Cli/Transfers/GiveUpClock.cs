using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Decides when a download has waited long enough. It only looks at states that it is shown.</summary>
internal sealed class GiveUpClock
{
    private readonly TimeSpan? _stallTimeout;
    private readonly TimeSpan? _deadline;
    private readonly TimeSpan? _metadataTimeout;
    private TimeSpan _lastProgress;
    private long _received;
    private bool _metPeer;

    public GiveUpClock(TimeSpan? stallTimeout, TimeSpan? deadline, TimeSpan? metadataTimeout = null)
    {
        _metadataTimeout = metadataTimeout;
        _stallTimeout = stallTimeout;
        _deadline = deadline;
    }

    /// <summary>Looks at the state of the moment.</summary>
    /// <param name="now">The state.</param>
    /// <param name="elapsed">Time since the download was asked for.</param>
    /// <returns>Why to give up, or null to go on. Never for one that is complete.</returns>
    public Outcome? Check(TorrentSnapshot now, TimeSpan elapsed)
    {
        _metPeer |= now.ConnectedPeers > 0 || now.Downloaded > 0;
        bool isUnknown = now.Phase is TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata;
        if (!isUnknown && now.Phase is not (TorrentPhase.Checking or TorrentPhase.Downloading))
            return null;
        if (_deadline is { } deadline && elapsed >= deadline)
            return new Outcome(ExitCode.Deadline, $"not complete after {Quantity.Duration(deadline)} (the same command resumes it)");

        if (isUnknown && _metadataTimeout is { } limit && elapsed >= limit)
        {
            return _metPeer
                ? new Outcome(ExitCode.Stalled, $"no peer gave the metadata within {Quantity.Duration(limit)}")
                : new Outcome(ExitCode.NoPeer, $"no usable peer for the metadata in {Quantity.Duration(limit)}");
        }

        // Looking at what is there is progress of its own, however long it takes.
        long received = now.Downloaded + now.MetadataReceived;
        if (now.Phase == TorrentPhase.Checking || received != _received)
            _lastProgress = elapsed;
        _received = received;
        if (_stallTimeout is not { } patience || elapsed - _lastProgress < patience)
            return null;
        return _metPeer
            ? new Outcome(ExitCode.Stalled, $"nothing came for {Quantity.Duration(patience)} (the same command resumes it)")
            : new Outcome(ExitCode.NoPeer, $"no usable peer in {Quantity.Duration(patience)} (the same command resumes it)");
    }
}
