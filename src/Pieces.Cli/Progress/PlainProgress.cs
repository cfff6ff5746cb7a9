using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>Plain lines: one at start, one at each change of state, one every 30 s, one at the end. No line is ever rewritten.</summary>
internal sealed class PlainProgress : IProgressView
{
    /// <summary>Time between two lines of a transfer that goes on.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<TransferSubject, Shown> _shown = new(ReferenceEqualityComparer.Instance);
    private readonly Messages _messages;
    private readonly TimeProvider _timeProvider;

    public PlainProgress(Messages messages, TimeProvider timeProvider)
    {
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
        TorrentSnapshot state = transfer.Snapshot;
        bool known = _shown.TryGetValue(transfer.Subject, out Shown last);
        if (!known)
            _messages.Progress(ProgressText.Start(transfer.Subject));
        bool over = state.Phase is TorrentPhase.Stopped or TorrentPhase.Failed;
        if (known && last.Phase == state.Phase && (over || _timeProvider.GetElapsedTime(last.Timestamp, now) < Interval))
            return;

        // How it ended is said by Finish, or by the line of the failure.
        if (!known || last.Phase != state.Phase)
        {
            if (!over)
                _messages.Progress($"{transfer.Subject.Name}: {ProgressText.State(state)}");
        }
        else
        {
            _messages.Progress($"{transfer.Subject.Name}: {ProgressText.Figures(state)}");
        }

        _shown[transfer.Subject] = new Shown(state.Phase, now);
    }

    private readonly record struct Shown(TorrentPhase Phase, long Timestamp);
}
