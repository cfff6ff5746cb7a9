using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Decides when a download has waited long enough. It only looks at states that it is shown.</summary>
internal sealed class GiveUpClock
{
    private readonly TimeSpan? _stallTimeout;
    private readonly TimeSpan? _deadline;
    private readonly string _hint;
    private TimeSpan _lastProgress;
    private long _received;
    private bool _metPeer;

    /// <param name="stallTimeout">Longest time without a byte, or null.</param>
    /// <param name="deadline">Longest time from the beginning of the run to completion, or null.</param>
    /// <param name="begun">When this download's turn came, from the beginning of the run.</param>
    /// <param name="hint">What the user may do then.</param>
    public GiveUpClock(TimeSpan? stallTimeout, TimeSpan? deadline, TimeSpan begun = default, string hint = TransferSettings.Resumes)
    {
        _hint = hint;
        _stallTimeout = stallTimeout;
        _deadline = deadline;
        _lastProgress = begun;
    }

    /// <summary>What a download is told that is not complete when the deadline comes, begun or not.</summary>
    public static Outcome Late(TimeSpan deadline, string hint) =>
        new(ExitCode.Deadline, $"not complete after {Quantity.Duration(deadline)} ({hint})");

    /// <summary>Looks at the state of the moment.</summary>
    /// <param name="now">The state.</param>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Why to give up, or null to go on. Never for one that is complete.</returns>
    public Outcome? Check(TorrentSnapshot now, TimeSpan elapsed)
    {
        _metPeer |= now.ConnectedPeers > 0 || now.Downloaded > 0;
        if (now.Phase is not (TorrentPhase.Checking or TorrentPhase.Downloading))
            return null;
        if (_deadline is { } deadline && elapsed >= deadline)
            return Late(deadline, _hint);

        // Looking at what is there is progress of its own, however long it takes; and a reader of a stream who takes its time is no peer's fault.
        if (now.Phase == TorrentPhase.Checking || now.WaitsForReader || now.Downloaded != _received)
            _lastProgress = elapsed;
        _received = now.Downloaded;
        if (_stallTimeout is not { } patience || elapsed - _lastProgress < patience)
            return null;
        return _metPeer
            ? new Outcome(ExitCode.Stalled, $"nothing came for {Quantity.Duration(patience)} ({_hint})")
            : new Outcome(ExitCode.NoPeer, $"no usable peer in {Quantity.Duration(patience)} ({_hint})");
    }
}
