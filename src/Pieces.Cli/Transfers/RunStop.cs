using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>Why a run stops before its regular end: a signal, output that cannot be written, or because its goal is reached. Thread-safe.</summary>
internal sealed class RunStop : IDisposable
{
    private readonly Func<ExitCode?> _signal;
    private readonly CancellationTokenSource _stop;
    private Outcome? _outputFailure;
    private volatile bool _isFinished;

    public RunStop(StopSignals signals)
        : this(() => signals.Code, signals.LastPhase, signals.Token)
    {
    }

    /// <param name="signal">Returns the exit code of the received signal, or null.</param>
    /// <param name="lastPhase">Limits the duration of the shutdown.</param>
    /// <param name="signalled">Cancelled by the signal.</param>
    internal RunStop(Func<ExitCode?> signal, LastPhase lastPhase, CancellationToken signalled)
    {
        LastPhase = lastPhase;
        _signal = signal;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(signalled);
    }

    /// <summary>Limits the duration of the shutdown, whatever its reason.</summary>
    public LastPhase LastPhase { get; }

    /// <summary>Cancelled when the run must stop.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The failure of the output, or null.</summary>
    public Outcome? OutputFailure => Volatile.Read(ref _outputFailure);

    /// <summary>The exit code of sources that are not complete; null if nothing stops the run.</summary>
    public ExitCode? Code => _signal() ?? OutputFailure?.Code ?? (_isFinished ? ExitCode.Success : null);

    /// <summary>Notes that the output can no longer be written. The run stops, and this is its result.</summary>
    public void FailOutput(Outcome outcome)
    {
        if (Interlocked.CompareExchange(ref _outputFailure, outcome, null) is null)
            _stop.Cancel();
    }

    /// <summary>Notes that the run has reached its goal, and stops it.</summary>
    public void Finish()
    {
        _isFinished = true;
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
