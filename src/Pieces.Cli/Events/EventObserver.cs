using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Events;

/// <summary>Reports to programs: writes events, one JSON object per line.</summary>
internal sealed class EventObserver : TransferObserver
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<TransferItem, DateTimeOffset> _due = [];
    private readonly RepeatedWarnings _repeated = new();
    private readonly EventWriter _events;
    private readonly bool _seeds;

    /// <param name="events">The event writer.</param>
    /// <param name="seeds">Whether the run only seeds. Its successful end is then "done seeding" instead of "complete".</param>
    public EventObserver(EventWriter events, bool seeds)
    {
        _events = events;
        _seeds = seeds;
    }

    /// <inheritdoc/>
    public override void Note(string message) => Warn(null, message);

    /// <inheritdoc/>
    public override void Warn(TransferItem? item, string message)
    {
        if (_repeated.IsFirst($"{item?.Source}\n{message}", item is null ? message : $"{item.Source}: {message}"))
            _events.Write(new WarningEvent(_events.Now, item?.InfoHash, item?.Source, message, (int)ExitCode.Success));
    }

    /// <inheritdoc/>
    public override void Fail(TransferItem? item, Outcome outcome) =>
        _events.Write(new ErrorEvent(_events.Now, item?.InfoHash, item?.Source, EventText.Reason(outcome, _seeds), (int)outcome.Code));

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        if (EventText.Of(item, notice, _events.Now) is { } e)
            _events.Write(e);
    }

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<IRunningTransfer> running)
    {
        DateTimeOffset now = _events.Now;
        foreach (IRunningTransfer transfer in running)
        {
            TorrentSnapshot state = transfer.Snapshot;
            if (EventText.PhaseName(state.Phase) is not { } phase)
                continue;
            if (_due.TryGetValue(transfer.Item, out DateTimeOffset due) && now < due)
                continue;

            // One event per second on average, although this method is called at irregular intervals.
            _due[transfer.Item] = now - due < ProgressInterval ? due + ProgressInterval : now + ProgressInterval;
            _events.Write(EventText.Progress(transfer.Item, state, phase, now));
        }
    }

    /// <inheritdoc/>
    public override void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
        _due.Remove(item);
        if (verdict is { Message: not null, IsSaid: false } && verdict.Code != ExitCode.Success)
            Fail(item, verdict);
    }

    /// <inheritdoc/>
    public override void Conclude(IReadOnlyList<SourceResult> results, ExitCode code)
    {
        foreach (string line in _repeated.TakeCounts())
            _events.Write(new WarningEvent(_events.Now, null, null, line, (int)ExitCode.Success));
        foreach (SourceResult result in results)
        {
            _events.Write(new SummaryEvent(
                _events.Now, result.InfoHash, result.Source, (int)code, (int)result.Outcome.Code, EventText.Reason(result.Outcome, _seeds)));
        }
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _events.DisposeAsync();
}
