using Pieces.Cli.Failures;
using Pieces.Cli.Share;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Events;

/// <summary>Tells programs, one JSON object a line.</summary>
internal sealed class EventObserver : TransferObserver
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<TransferItem, DateTimeOffset> _due = [];
    private readonly EventWriter _events;
    private readonly bool _seeds;
    private readonly SharePlan? _share;

    /// <param name="events">Takes them.</param>
    /// <param name="seeds">Whether the run only serves, so that nothing will have been fetched when it ends well.</param>
    /// <param name="share">What is shared, or null.</param>
    public EventObserver(EventWriter events, bool seeds, SharePlan? share = null)
    {
        _share = share;
        _events = events;
        _seeds = seeds;
    }

    /// <inheritdoc/>
    public override void Note(string message) => Warn(null, message);

    /// <inheritdoc/>
    public override void Warn(TransferItem? item, string message) =>
        _events.Write(new WarningEvent(_events.Now, item?.InfoHash, item?.Source, message, (int)ExitCode.Success));

    /// <inheritdoc/>
    public override void Fail(TransferItem? item, Outcome outcome) =>
        _events.Write(new ErrorEvent(_events.Now, item?.InfoHash, item?.Source, EventText.Reason(outcome, _seeds), (int)outcome.Code));

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        if (_share is { Offer: { } offer } plan)
            _events.Write(new ShareEvent(_events.Now, item.InfoHash, item.Name, offer.Link, offer.Command, plan.Times));
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        if (EventText.Of(item, notice, _events.Now) is { } e)
            _events.Write(e);
    }

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<TransferSession> running)
    {
        DateTimeOffset now = _events.Now;
        foreach (TransferSession session in running)
        {
            TorrentSnapshot state = session.Snapshot;
            if (EventText.PhaseName(state.Phase) is not { } phase)
                continue;
            if (_due.TryGetValue(session.Item, out DateTimeOffset due) && now < due)
                continue;

            // Once a second on the average, though it is looked at only now and then.
            _due[session.Item] = now - due < ProgressInterval ? due + ProgressInterval : now + ProgressInterval;
            _events.Write(EventText.Progress(session.Item, state, phase, now));
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
        foreach (SourceResult result in results)
        {
            _events.Write(new SummaryEvent(
                _events.Now, result.InfoHash, result.Source, (int)code, (int)result.Outcome.Code, EventText.Reason(result.Outcome, _seeds)));
        }
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _events.DisposeAsync();
}
