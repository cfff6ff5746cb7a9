using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>
/// Prints plain lines: one at the start, one at each change of state, one every 30 s, and one at the end. Lines are never rewritten.
/// </summary>
internal sealed class PlainProgress : IProgressView
{
    /// <summary>Time between two lines of a transfer whose state does not change.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<TransferSubject, Shown> _shown = new(ReferenceEqualityComparer.Instance);
    private readonly ActivityWatch _activity;
    private readonly Messages _messages;
    private readonly TimeProvider _timeProvider;

    public PlainProgress(Messages messages, TimeProvider timeProvider)
    {
        _activity = new ActivityWatch(timeProvider);
        _messages = messages;
        _timeProvider = timeProvider;
    }

    /// <inheritdoc/>
    public void Show(IReadOnlyList<TransferStatus> transfers)
    {
        long now = _timeProvider.GetTimestamp();
        foreach (TransferStatus transfer in transfers)
            Show(transfer, now);
    }

    /// <inheritdoc/>
    public void Finish(TransferStatus transfer) => _messages.Progress(ProgressText.End(transfer));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Show(TransferStatus transfer, long now)
    {
        TransferActivity activity = _activity.Look(transfer);
        bool known = _shown.TryGetValue(transfer.Subject, out Shown last);
        if (!known)
            _messages.Progress(ProgressText.Start(transfer.Subject));
        bool isSame = known && last.Activity == activity;
        bool isOver = activity == TransferActivity.Over;
        if (isSame && (isOver || _timeProvider.GetElapsedTime(last.Timestamp, now) < Interval))
            return;

        // The end is reported by Finish or by the failure message.
        if (isSame)
            _messages.Progress($"{transfer.Subject.Name}: {ProgressText.Figures(transfer.Snapshot)}");
        else if (!isOver)
            _messages.Progress($"{transfer.Subject.Name}: {ProgressText.State(activity, transfer.Snapshot)}");
        _shown[transfer.Subject] = new Shown(activity, now);
    }

    private readonly record struct Shown(TransferActivity Activity, long Timestamp);
}
