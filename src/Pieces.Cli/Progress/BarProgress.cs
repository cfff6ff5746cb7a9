using Pieces.Cli.Terminal;
using Pieces.Primitives;
using Pieces.Torrents;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pieces.Cli.Progress;

/// <summary>One block on a terminal, repainted at most four times a second. Other lines go above it.</summary>
internal sealed class BarProgress : IProgressView, ILineWriter
{
    /// <summary>Shows the cursor again.</summary>
    public const string ShowCursor = "\e[?25h";

    private static readonly TimeSpan Repaint = TimeSpan.FromMilliseconds(250);

    private readonly IAnsiConsole _console;
    private readonly Messages _messages;
    private readonly TimeProvider _timeProvider;
    private readonly TaskCompletionSource<LiveDisplayContext> _context = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _live;
    private long? _painted;

    public BarProgress(IAnsiConsole console, Messages messages, TimeProvider timeProvider)
    {
        _console = console;
        _messages = messages;
        _timeProvider = timeProvider;
        _live = console.Live(new Text(string.Empty)).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(LiveAsync);
        messages.Through(this);
    }

    /// <summary>A console on stderr; colours and repainting as the environment allows.</summary>
    public static IAnsiConsole CreateConsole(IAnsiConsoleOutput output, bool colour) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = output,
    });

    /// <inheritdoc/>
    public void Show(IReadOnlyList<TransferStatus> transfers)
    {
        long now = _timeProvider.GetTimestamp();
        if ((_painted is { } last && _timeProvider.GetElapsedTime(last, now) < Repaint) || !_context.Task.IsCompletedSuccessfully)
            return;
        _painted = now;
        _context.Task.Result.UpdateTarget(BlockOf(transfers));
    }

    /// <inheritdoc/>
    public void Finish(TransferStatus transfer) => _messages.Progress(ProgressText.End(transfer));

    /// <inheritdoc/>
    public void WriteLine(string line) => _console.Write(new Text(line + "\n") { Overflow = Overflow.Fold });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _messages.Through(null);
        _end.TrySetResult();
        await _live;
    }

    private Task LiveAsync(LiveDisplayContext context)
    {
        _context.SetResult(context);
        return _end.Task;
    }

    private Rows BlockOf(IReadOnlyList<TransferStatus> transfers)
    {
        // Each takes two rows; one row is kept for "and more", one for the cursor.
        int room = Math.Max(1, (_console.Profile.Height - 2) / 2);
        var rows = new List<IRenderable>();
        int shown = 0;
        foreach (TransferStatus transfer in transfers.Where(transfer => transfer.Snapshot.Phase is not (TorrentPhase.Stopped or TorrentPhase.Failed)).Take(room))
        {
            shown++;
            rows.Add(OneLine(transfer.Subject.Name, Style.Plain));
            rows.Add(OneLine(BarAndFigures(transfer.Snapshot), new Style(Color.Green)));
        }

        int active = transfers.Count(transfer => transfer.Snapshot.Phase is not (TorrentPhase.Stopped or TorrentPhase.Failed));
        if (active > shown)
            rows.Add(OneLine($"and {Quantity.Count(active - shown, "more torrent")}", Style.Plain));
        return new Rows(rows);
    }

    private static Text OneLine(string text, Style style) => new(DisplayText.Escape(text), style) { Overflow = Overflow.Ellipsis };

    private string BarAndFigures(TorrentSnapshot now)
    {
        const int FiguresWidth = 66;
        int width = Math.Clamp(_console.Profile.Width - FiguresWidth, 0, 40);
        string figures = ProgressText.Figures(now);
        if (width < 8)
            return figures;
        (long part, long whole) = now.Phase == TorrentPhase.Checking ? (now.BytesChecked, now.BytesToCheck) : (now.BytesVerified, now.BytesWanted);
        int full = whole <= 0 ? 0 : (int)Math.Min(width, (double)part / whole * width);
        return $"[{new string('#', full)}{new string('.', width - full)}] {figures}";
    }
}
