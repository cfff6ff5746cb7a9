using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Decides when a download has waited long enough. It only looks at states that it is shown. The stall clock counts time in which the program ran: while
/// it is stopped or the machine sleeps, nothing can come. The deadline is time on the wall, sleep included.
/// </summary>
internal sealed class GiveUpClock
{
    // It is shown a state once a second at least. A longer gap is one in which the program did not run, and counts as one ordinary look.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OrdinaryStep = TimeSpan.FromMilliseconds(250);

    private readonly GiveUpLimits _limits;
    private readonly TimeSpan _begun;
    private readonly InterfaceWatch? _interface;
    private readonly SleepMeter? _sleep;
    private TimeSpan _lastLook;
    private TimeSpan _silence;
    private long _received;
    private bool _metPeer;

    /// <param name="limits">How long to wait.</param>
    /// <param name="begun">When this download's turn came, from the beginning of the run.</param>
    /// <param name="watch">Sees whether the interface of <c>--interface</c> is there, or null without one.</param>
    /// <param name="sleep">Tells how long the machine slept, or null where that does not count.</param>
    public GiveUpClock(GiveUpLimits limits, TimeSpan begun = default, InterfaceWatch? watch = null, SleepMeter? sleep = null)
    {
        _limits = limits;
        _begun = begun;
        _interface = watch;
        _sleep = sleep;
        _lastLook = begun;
    }

    /// <summary>What a download is told that is not complete when the deadline comes, begun or not.</summary>
    public static Outcome Late(TimeSpan deadline, string hint) =>
        new(ExitCode.Deadline, $"not complete after {Quantity.Duration(deadline)} ({hint})");

    /// <summary>Looks at the state of the moment.</summary>
    /// <param name="now">The state.</param>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Why to give up, or null to go on. One that is complete ends only for want of its interface.</returns>
    public Outcome? Check(TorrentSnapshot now, TimeSpan elapsed)
    {
        _metPeer |= now.ConnectedPeers > 0 || now.Downloaded > 0;
        TimeSpan step = elapsed - _lastLook;
        _lastLook = elapsed;
        bool isUnknown = now.Phase is TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata;
        bool isFetching = isUnknown || now.Phase is TorrentPhase.Checking or TorrentPhase.Downloading;
        if ((isFetching || now.Phase == TorrentPhase.Seeding) && _interface?.Check() is { } gone)
            return gone;
        if (!isFetching)
            return null;
        if (_limits.Deadline is { } deadline && elapsed + (_sleep?.Slept ?? TimeSpan.Zero) >= deadline)
            return Late(deadline, _limits.Hint);

        if (isUnknown && _limits.Metadata is { } limit && elapsed - _begun >= limit)
        {
            return _metPeer
                ? new Outcome(ExitCode.Stalled, $"no peer gave the metadata within {Quantity.Duration(limit)}")
                : new Outcome(ExitCode.NoPeer, $"no usable peer for the metadata in {Quantity.Duration(limit)}");
        }

        // Looking at what is there is progress of its own, however long it takes; and a reader of a stream who takes its time is no peer's fault.
        _silence += step > LongestStep ? OrdinaryStep : step;
        long received = now.Downloaded + now.MetadataReceived;
        if (now.Phase == TorrentPhase.Checking || now.WaitsForReader || received != _received)
            _silence = TimeSpan.Zero;
        _received = received;
        if (_limits.Stall is not { } patience || _silence < patience)
            return null;
        return _metPeer
            ? new Outcome(ExitCode.Stalled, $"nothing came for {Quantity.Duration(patience)} ({_limits.Hint})")
            : new Outcome(ExitCode.NoPeer, $"no usable peer in {Quantity.Duration(patience)} ({_limits.Hint})");
    }
}
