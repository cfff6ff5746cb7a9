using System.Runtime.InteropServices;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Ctrl-Z, <c>fg</c> and <c>bg</c>, and changes of the terminal's size. A runtime that listens for the stop signal no longer stops by it, so the
/// process stops itself once the terminal is given back.
/// </summary>
internal sealed class JobControl : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Action _leave;
    private readonly Action _returned;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private PosixSignalRegistration? _stop;
    private bool _isDisposed;

    /// <param name="leave">Gives the terminal back.</param>
    /// <param name="returned">The process has been continued: others have had the terminal meanwhile.</param>
    /// <param name="resized">The terminal has another size.</param>
    /// <param name="quit">The process ends by a signal that nobody handles.</param>
    public JobControl(Action leave, Action returned, Action resized, Action quit)
    {
        _leave = leave;
        _returned = returned;
        if (!CurrentPlatform.Signals.HasJobControl)
            return;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, OnContinued));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => resized()));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => quit()));
        _stop = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _stop?.Dispose();
        }
    }

    private void OnContinued(PosixSignalContext context)
    {
        // The runtime would set up a terminal for reading, which nobody does here, and on the way make writers from the background stop again.
        context.Cancel = true;
        _returned();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        _leave();
        lock (_lock)
        {
            // Without a registration the signal has its own meaning again.
            _stop?.Dispose();
            bool stopped = CurrentPlatform.Signals.Stop();
            _stop = _isDisposed || !stopped || !CurrentPlatform.Signals.HasJobControl ? null : PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop);
        }

        _returned();
    }
}
