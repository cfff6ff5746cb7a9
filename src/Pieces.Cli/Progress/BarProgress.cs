using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>
/// One block of lines on a terminal, repainted at most four times a second. Other lines are printed above it with the next repaint. It never waits
/// for the terminal, restores the terminal on every exit path, and does not write while the program is stopped or in the background.
/// </summary>
internal sealed class BarProgress : IProgressView, ILineWriter
{
    /// <summary>Time between two repaints.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly BlockContent _content = new();
    private readonly BlockPlace _place;
    private readonly PendingLines _lines = new();
    private readonly ITerminal _terminal;
    private readonly BlockRenderer _renderer;
    private readonly BlockPainter _painter;
    private readonly ActivityWatch _activity;
    private readonly Messages _messages;
    private readonly ITimer _timer;

    /// <summary>Takes over the terminal and the output of messages.</summary>
    public BarProgress(ITerminal terminal, BlockRenderer renderer, BlockPainter painter, Messages messages, TimeProvider timeProvider)
    {
        _terminal = terminal;
        _renderer = renderer;
        _painter = painter;
        _activity = new ActivityWatch(timeProvider);
        _messages = messages;
        _place = new BlockPlace(timeProvider);
        _timer = timeProvider.CreateTimer(static bar => ((BarProgress)bar!).Paint(), this, Interval, Interval);
        messages.Through(this);
    }

    /// <inheritdoc/>
    public void Queue(int waiting)
    {
        lock (_lock)
            _content.Waiting = waiting;
    }

    /// <inheritdoc/>
    public void Show(IReadOnlyList<TransferStatus> transfers)
    {
        TransferRow[] rows = [.. transfers.Select(transfer => new TransferRow(transfer.Subject.Name, transfer.Snapshot, _activity.Look(transfer)))];
        lock (_lock)
            _content.Show(rows);
    }

    /// <inheritdoc/>
    public void Finish(TransferStatus transfer) => _messages.Progress(ProgressText.End(transfer));

    /// <inheritdoc/>
    public void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_place.IsOver)
                _terminal.Write(line + '\n');
            else
                _lines.Add(line);
        }
    }

    /// <summary>Marks the block as lost: the size of the terminal has changed, or the terminal may have lost its contents.</summary>
    public void Invalidate()
    {
        lock (_lock)
            _place.Lose();
    }

    /// <summary>Removes the block from the terminal until <see cref="Return"/> is called.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_place.IsOver || _place.IsAway)
                return;
            _place.IsAway = true;
            GiveBack();
        }

        _terminal.Flush();
    }

    /// <summary>Resumes painting after others have written to the terminal. The block starts at the current cursor position.</summary>
    public void Return()
    {
        lock (_lock)
        {
            _place.IsAway = false;
            _painter.Forget();
            _place.Lose();
        }
    }

    /// <summary>Runs an action that writes to the same terminal by other means.</summary>
    public void Beside(Action write)
    {
        Leave();
        try
        {
            write();
        }
        finally
        {
            Return();
            if (_place.SincePaint >= Interval)
                Paint();
        }
    }

    /// <summary>Removes the block for good. Thread-safe; further calls have no effect.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_place.IsOver)
                return;
            _place.IsOver = true;
            GiveBack();
        }

        _terminal.Flush();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        End();
        _messages.Through(null);
    }

    private void GiveBack()
    {
        // In the background the block has been removed already, and the output of the shell must not be erased.
        if (!_terminal.IsForeground)
            _painter.Forget();
        string text = _painter.Leave(_lines.Take());
        if (text.Length > 0)
            _terminal.Write(text);
    }

    private void Paint()
    {
        lock (_lock)
        {
            if (_place.IsOver || _place.IsAway || !_terminal.IsIdle)
                return;
            if (!_terminal.IsForeground)
            {
                _painter.Forget();
                _place.Lose();
                return;
            }

            (int Columns, int Rows) size = _terminal.Size;
            bool everything = _place.NeedsAll(size);
            if (!everything && !_content.IsChanged && _lines.IsEmpty)
                return;
            _place.Painted(size);
            string text = _painter.Paint(_renderer.Render(_content.Take(), size.Columns, size.Rows, _content.Waiting), _lines.Take(), everything);
            if (text.Length > 0)
                _terminal.Write(text);
        }
    }
}
