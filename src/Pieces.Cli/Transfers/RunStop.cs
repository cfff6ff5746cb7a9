using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>Why a run stops before its end: a signal, nobody who reads what it writes, or that it has done enough. Safe for all threads.</summary>
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

    /// <param name="signal">The code of the signal that came, or null.</param>
    /// <param name="lastPhase">Sees to it that the end of the run is short.</param>
    /// <param name="signalled">Cancelled by it.</param>
    internal RunStop(Func<ExitCode?> signal, LastPhase lastPhase, CancellationToken signalled)
    {
        LastPhase = lastPhase;
        _signal = signal;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(signalled);
    }

    /// <summary>Sees to it that the end of the run is short, however it came to end.</summary>
    public LastPhase LastPhase { get; }

    /// <summary>Cancelled when the run is to stop.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What could not be written, or null.</summary>
    public Outcome? OutputFailure => Volatile.Read(ref _outputFailure);

    /// <summary>The code of whoever is not complete, or null when nothing stops the run.</summary>
    public ExitCode? Code => _signal() ?? OutputFailure?.Code ?? (_isFinished ? ExitCode.Success : null);

    /// <summary>The product cannot be written any more: the run stops, and ends with this.</summary>
    public void FailOutput(Outcome outcome)
    {
        if (Interlocked.CompareExchange(ref _outputFailure, outcome, null) is null)
            _stop.Cancel();
    }

    /// <summary>The run has done what it was for, and stops.</summary>
    public void Finish()
    {
        _isFinished = true;
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
