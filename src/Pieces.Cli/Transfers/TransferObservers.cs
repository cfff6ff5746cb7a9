using Pieces.Cli.Failures;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Combines several observers. Each receives all calls, in the given order.</summary>
internal sealed class TransferObservers : TransferObserver
{
    private readonly IReadOnlyList<TransferObserver> _observers;

    public TransferObservers(IReadOnlyList<TransferObserver> observers) => _observers = observers;

    /// <inheritdoc/>
    public override void Note(string message)
    {
        foreach (TransferObserver observer in _observers)
            observer.Note(message);
    }

    /// <inheritdoc/>
    public override void Warn(TransferItem? item, string message)
    {
        foreach (TransferObserver observer in _observers)
            observer.Warn(item, message);
    }

    /// <inheritdoc/>
    public override void Remark(TransferItem item, string message)
    {
        foreach (TransferObserver observer in _observers)
            observer.Remark(item, message);
    }

    /// <inheritdoc/>
    public override void Fail(TransferItem? item, Outcome outcome)
    {
        foreach (TransferObserver observer in _observers)
            observer.Fail(item, outcome);
    }

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        foreach (TransferObserver observer in _observers)
            observer.Begin(item, listenPort);
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        foreach (TransferObserver observer in _observers)
            observer.Hear(item, notice);
    }

    /// <inheritdoc/>
    public override void Queue(int waiting)
    {
        foreach (TransferObserver observer in _observers)
            observer.Queue(waiting);
    }

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<IRunningTransfer> running)
    {
        foreach (TransferObserver observer in _observers)
            observer.Show(running);
    }

    /// <inheritdoc/>
    public override async Task<Outcome> SettleAsync(TransferItem item, Outcome verdict)
    {
        foreach (TransferObserver observer in _observers)
            verdict = await observer.SettleAsync(item, verdict);
        return verdict;
    }

    /// <inheritdoc/>
    public override void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
        foreach (TransferObserver observer in _observers)
            observer.End(item, last, verdict);
    }

    /// <inheritdoc/>
    public override void Conclude(IReadOnlyList<SourceResult> results, ExitCode code)
    {
        foreach (TransferObserver observer in _observers)
            observer.Conclude(results, code);
    }

    /// <summary>Closes the observers in reverse order, so that the first one can report until the end.</summary>
    protected override async ValueTask CloseAsync()
    {
        foreach (TransferObserver observer in _observers.Reverse())
            await observer.DisposeAsync();
    }
}
