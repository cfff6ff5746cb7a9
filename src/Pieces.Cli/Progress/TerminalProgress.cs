using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>The block on the real terminal, which also handles job control.</summary>
internal sealed class TerminalProgress : IProgressView
{
    private readonly CliContext _context;
    private readonly BarProgress _bar;
    private readonly JobControl _job;

    public TerminalProgress(CliContext context)
    {
        _context = context;
        bool colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        PieceBar bar = ErrorTerminal.ShowsUnicode(Environment.GetEnvironmentVariable) ? PieceBar.Dots : PieceBar.Ascii;
        _bar = new BarProgress(
            new ErrorTerminal(context.Errors), new BlockRenderer(bar), new BlockPainter(colour), context.Messages, context.TimeProvider);
        _job = new JobControl(_bar.Leave, _bar.Return, _bar.Invalidate, _bar.End);
        context.Signals.RestoreTerminal = _bar.End;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        if (!Console.IsOutputRedirected)
            context.Output.Through(_bar.Beside);
    }

    /// <inheritdoc/>
    public void Queue(int waiting) => _bar.Queue(waiting);

    /// <inheritdoc/>
    public void Show(IReadOnlyList<TransferStatus> transfers) => _bar.Show(transfers);

    /// <inheritdoc/>
    public void Finish(TransferStatus transfer) => _bar.Finish(transfer);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _context.Output.Through(null);
        await _bar.DisposeAsync();
        _job.Dispose();
        _context.Signals.RestoreTerminal = null;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
    }

    private void OnExit(object? sender, EventArgs exit) => _bar.End();
}
