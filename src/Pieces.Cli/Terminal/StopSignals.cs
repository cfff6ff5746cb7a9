using System.Runtime.InteropServices;
using Pieces.Cli.Failures;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The two stages of stopping. The first SIGINT, SIGTERM or SIGHUP starts an orderly shutdown, which may take <see cref="Patience"/>. A second
/// signal, or the end of that time, ends the process immediately.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Time limit for the whole orderly shutdown.</summary>
    public static readonly TimeSpan Patience = LastPhase.Patience;

    /// <summary>
    /// Time in which the same signal does not count as a second one. For example, timeout(1) sends it to the process and then to its whole group.
    /// </summary>
    public static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TimeProvider _timeProvider;
    private readonly Action<ExitCode, string?> _end;
    private int _received;
    private long _receivedAt;

    /// <param name="timeProvider">Source of time.</param>
    /// <param name="timers">Creates the timer of the last phase.</param>
    public StopSignals(TimeProvider timeProvider, TimeProvider timers)
        : this(timeProvider, timers, static (code, _) => CurrentPlatform.Signals.ExitNow((int)code))
    {
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Creates an instance that does not handle signals.</summary>
    /// <param name="timeProvider">Source of time.</param>
    /// <param name="timers">Creates the timer of the last phase.</param>
    /// <param name="exit">Ends the process. It receives the part of the shutdown that hung, or null if the user did not want to wait for it.</param>
    internal StopSignals(TimeProvider timeProvider, TimeProvider timers, Action<ExitCode, string?> exit)
    {
        _timeProvider = timeProvider;
        _end = (code, part) => (EndProcess ?? exit)(code, part);
        LastPhase = new LastPhase(timers, _end);
    }

    /// <summary>Limits the duration of the shutdown, whatever its reason.</summary>
    public LastPhase LastPhase { get; }

    /// <summary>
    /// Ends the process after restoring the terminal and writing pending output. Null until it is set; the process is then ended without these steps.
    /// </summary>
    public Action<ExitCode, string?>? EndProcess { get; set; }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The exit code for the first signal; null if there was none.</summary>
    public ExitCode? Code => _received == 0 ? null : (ExitCode)_received;

    /// <summary>Whether the run ends because the reader of stdout has closed it. Nothing is printed then.</summary>
    public bool IsReaderGone => Code == ExitCode.BrokenPipe;

    /// <summary>Restores the terminal, for example its cursor, before the process is ended immediately.</summary>
    public Action? RestoreTerminal { get; set; }

    /// <summary>Starts an orderly shutdown, as the first signal does. Returns false if it was started before.</summary>
    /// <param name="code">The exit code of the process.</param>
    /// <param name="patience">Time until the process is ended immediately.</param>
    public bool Begin(ExitCode code, TimeSpan patience)
    {
        // The time is set before the code, because a thread that sees the code reads the time.
        Interlocked.CompareExchange(ref _receivedAt, _timeProvider.GetTimestamp(), 0);
        if (Interlocked.CompareExchange(ref _received, (int)code, 0) != 0)
            return false;
        LastPhase.BeginFinal("the torrents to stop", code, patience);
        _stop.Cancel();
        return true;
    }

    /// <summary>Handles a signal.</summary>
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
