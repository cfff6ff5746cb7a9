using System.Runtime.InteropServices;
using Pieces.Cli.Failures;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The two stages of stopping. The first SIGINT, SIGTERM or SIGHUP asks for an orderly end, which gets <see cref="Patience"/>; a second one,
/// or the end of that patience, ends the process where it stands.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Time for the whole orderly stop.</summary>
    public static readonly TimeSpan Patience = LastPhase.Patience;

    /// <summary>The same signal again so soon is not a second one: timeout(1), for one, sends it to the process and then to its whole group.</summary>
    public static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TimeProvider _timeProvider;
    private readonly Action<ExitCode, string?> _end;
    private int _received;
    private long _receivedAt;

    /// <param name="timeProvider">Clock.</param>
    /// <param name="timers">Makes the clock of the last phase.</param>
    public StopSignals(TimeProvider timeProvider, TimeProvider timers)
        : this(timeProvider, timers, static (code, _) => CurrentPlatform.Signals.ExitNow((int)code))
    {
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Listens to no signal by itself.</summary>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="timers">Makes the clock of the last phase.</param>
    /// <param name="exit">Ends the process; told which part of the end hung, or null when the user did not want to wait for it.</param>
    internal StopSignals(TimeProvider timeProvider, TimeProvider timers, Action<ExitCode, string?> exit)
    {
        _timeProvider = timeProvider;
        _end = (code, part) => (EndProcess ?? exit)(code, part);
        LastPhase = new LastPhase(timers, _end);
    }

    /// <summary>Sees to it that the end of the run is short, however it came to end.</summary>
    public LastPhase LastPhase { get; }

    /// <summary>Ends the process in a better way than at once, as soon as there is one.</summary>
    public Action<ExitCode, string?>? EndProcess { get; set; }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The code for the first signal, or null when none came.</summary>
    public ExitCode? Code => _received == 0 ? null : (ExitCode)_received;

    /// <summary>Whether the run ends because nobody reads stdout any more: then nothing is said either.</summary>
    public bool IsReaderGone => Code == ExitCode.BrokenPipe;

    /// <summary>Gives the terminal back before the process is ended at once, for example its cursor.</summary>
    public Action? RestoreTerminal { get; set; }

    /// <summary>Begins an orderly end, as the first signal does; false when one has begun already.</summary>
    /// <param name="code">What the process is to end with.</param>
    /// <param name="patience">Time until the process is ended where it stands.</param>
    public bool Begin(ExitCode code, TimeSpan patience)
    {
        // Before the other: whoever finds that a signal has come asks when.
        Interlocked.CompareExchange(ref _receivedAt, _timeProvider.GetTimestamp(), 0);
        if (Interlocked.CompareExchange(ref _received, (int)code, 0) != 0)
            return false;
        LastPhase.BeginFinal("the torrents to stop", code, patience);
        _stop.Cancel();
        return true;
    }

    /// <summary>A signal has come.</summary>
    /// <param name="code">Its exit code.</param>
    public void Hear(ExitCode code)
    {
        if (!Begin(code, Patience) && !IsEcho(code))
            _end(code, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        LastPhase.Dispose();
        _stop.Dispose();
    }

    private static ExitCode CodeOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => ExitCode.Hangup,
        PosixSignal.SIGTERM => ExitCode.Terminated,
        _ => ExitCode.Interrupted,
    };

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Hear(CodeOf(context.Signal));
    }

    private bool IsEcho(ExitCode code) => Code == code && _timeProvider.GetElapsedTime(Volatile.Read(ref _receivedAt)) < Echo;
}
