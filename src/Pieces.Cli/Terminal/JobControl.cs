using System.Runtime.InteropServices;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Handles Ctrl-Z, <c>fg</c>, <c>bg</c> and changes of the terminal's size. While the runtime handles SIGTSTP, the signal no longer stops the
/// process. The process therefore stops itself after it has restored the terminal.
/// </summary>
internal sealed class JobControl : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Action _leave;
    private readonly Action _returned;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private PosixSignalRegistration? _stop;
    private bool _isDisposed;

    /// <param name="leave">Restores the terminal. Called before Ctrl-Z (SIGTSTP) stops the process.</param>
    /// <param name="returned">Called after the process was continued. Other programs may have written to the terminal.</param>
    /// <param name="resized">Called when the size of the terminal has changed.</param>
    /// <param name="quit">Called on SIGQUIT, which ends the process afterwards.</param>
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
        // The runtime would configure the terminal for reading, which this program does not need, and would thereby stop writers in the background
        // again.
        context.Cancel = true;
        _returned();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        _leave();
        lock (_lock)
        {
            // Without a registration, the signal has its default effect again.
            _stop?.Dispose();
            bool stopped = CurrentPlatform.Signals.Stop();
            _stop = _isDisposed || !stopped || !CurrentPlatform.Signals.HasJobControl
                ? null
                : PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop);
        }

        _returned();
    }
}
