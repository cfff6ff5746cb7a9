using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Decides when to give up a download. It only examines the states passed to it. The stall timeout counts only time in which the program runs,
/// because no data can arrive while the program is stopped or the machine is suspended. The deadline counts wall-clock time, including time in
/// suspension.
/// </summary>
internal sealed class GiveUpClock
{
    /// <summary>
    /// Maximum time between two checks that counts in full. Checks are made at least once a second. A longer gap means that the program did not run,
    /// and counts as <see cref="OrdinaryStep"/>.
    /// </summary>
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

    /// <param name="limits">The time limits.</param>
    /// <param name="begun">When this download was started, as the time since the beginning of the run.</param>
    /// <param name="watch">Checks whether the interface of <c>--interface</c> exists; null without that flag.</param>
    /// <param name="sleep">Measures how long the machine was suspended; null if that does not matter.</param>
    public GiveUpClock(GiveUpLimits limits, TimeSpan begun = default, InterfaceWatch? watch = null, SleepMeter? sleep = null)
    {
        _limits = limits;
        _begun = begun;
        _interface = watch;
        _sleep = sleep;
        _lastLook = begun;
    }

    /// <summary>Returns the failure of a download that is not complete at the deadline, whether it has begun or not.</summary>
    public static Outcome Late(TimeSpan deadline, string hint) =>
        new(ExitCode.Deadline, $"not complete after {Quantity.Duration(deadline)} ({hint})");

    /// <summary>Checks the current state.</summary>
    /// <param name="now">The state of the torrent.</param>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Why to give up; null to continue. A complete torrent ends only if its interface is gone.</returns>
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
                ? new Outcome(ExitCode.Stalled, $"no peer sent the metadata within {Quantity.Duration(limit)}")
                : new Outcome(ExitCode.NoPeer, $"no usable peer for the metadata in {Quantity.Duration(limit)}");
        }

        // Checking existing data counts as progress, however long it takes. A slow reader of a stream is not a stall of the peers.
        _silence += step > LongestStep ? OrdinaryStep : step;
        long received = now.Downloaded + now.MetadataReceived;
        if (now.Phase == TorrentPhase.Checking || now.WaitsForReader || received != _received)
            _silence = TimeSpan.Zero;
        _received = received;
        if (_limits.Stall is not { } patience || _silence < patience)
            return null;
        return _metPeer
            ? new Outcome(ExitCode.Stalled, $"no data was received for {Quantity.Duration(patience)} ({_limits.Hint})")
            : new Outcome(ExitCode.NoPeer, $"no usable peer in {Quantity.Duration(patience)} ({_limits.Hint})");
    }
}
