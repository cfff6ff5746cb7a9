using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Reports to people, on stderr.</summary>
internal sealed class PeopleObserver : TransferObserver
{
    private readonly Messages _messages;
    private readonly IProgressView _view;
    private readonly NoticePrinter _printer;
    private readonly ITransferText _text;

    /// <param name="messages">Prints the lines.</param>
    /// <param name="view">The display. It is disposed together with this object.</param>
    /// <param name="text">The messages about each torrent.</param>
    public PeopleObserver(Messages messages, IProgressView view, ITransferText text)
    {
        _messages = messages;
        _view = view;
        _text = text;
        _printer = new NoticePrinter(messages);
    }

    /// <inheritdoc/>
    public override void Note(string message) => _messages.Progress(message);

    /// <inheritdoc/>
    public override void Warn(TransferItem? item, string message) => _messages.Warning(item is null ? message : $"{item.Source}: {message}");

    /// <inheritdoc/>
    public override void Remark(TransferItem item, string message) => _messages.Information($"{item.Source}: {message}");

    /// <inheritdoc/>
    public override void Fail(TransferItem? item, Outcome outcome) => _messages.Failure(outcome);

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        foreach (string line in _text.Begin(item, listenPort))
            _messages.Information(line);
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice) => _printer.Report(notice);

    /// <inheritdoc/>
    public override void Queue(int waiting) => _view.Queue(waiting);

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<IRunningTransfer> running) => _view.Show([.. running.Select(session => session.Status)]);

    /// <inheritdoc/>
    public override void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
        if (verdict.Code == ExitCode.BrokenPipe)
            return;
        bool failed = verdict.Code != ExitCode.Success && verdict.Message is not null && !verdict.IsSaid;
        if (failed)
            _messages.Failure(verdict);
        else if (last is not null)
            _text.End(new TransferStatus(item.Subject!, last), _view, _messages);
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _view.DisposeAsync();
}
