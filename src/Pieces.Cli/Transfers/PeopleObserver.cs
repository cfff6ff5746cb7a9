using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Tells people, on stderr.</summary>
internal sealed class PeopleObserver : TransferObserver
{
    private readonly Messages _messages;
    private readonly IProgressView _view;
    private readonly NoticePrinter _printer;
    private readonly TransferSettings _settings;

    public PeopleObserver(Messages messages, IProgressView view, TransferSettings settings)
    {
        _messages = messages;
        _view = view;
        _settings = settings;
        _printer = new NoticePrinter(messages);
    }

    /// <inheritdoc/>
    public override void Note(string message) => _messages.Progress(message);

    /// <inheritdoc/>
    public override void Warn(TransferItem? item, string message) => _messages.Warning(item is null ? message : $"{item.Source}: {message}");

    /// <inheritdoc/>
    public override void Fail(TransferItem? item, Outcome outcome) => _messages.Failure(outcome);

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        foreach (string line in PlanText.Lines(item, _settings, listenPort))
            _messages.Information(line);
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice) => _printer.Report(notice);

    /// <inheritdoc/>
    public override void Queue(int waiting) => _view.Queue(waiting);

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<TransferSession> running) => _view.Show([.. running.Select(session => session.Status)]);

    /// <inheritdoc/>
    public override void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
        if (verdict.Code == ExitCode.BrokenPipe)
            return;
        bool failed = verdict.Code != ExitCode.Success && verdict.Message is not null && !verdict.IsSaid;
        if (failed)
            _messages.Failure(verdict);
        else if (last is not null)
            Finish(new TransferStatus(item.Subject!, last));
    }

    // Who presses Ctrl-C in the middle is to know that nothing is lost.
    private void Finish(TransferStatus transfer)
    {
        if (_settings.Share is { } plan)
        {
            // Nothing was ever to be fetched: what counts is what the others have.
            if (_settings.Progress != ProgressStyle.None)
                _messages.Progress(plan.End(transfer));
            return;
        }

        _view.Finish(transfer);
        if (!_settings.Torrent.SeedOnly && transfer.Snapshot.CompletedAfter is null)
            _messages.Progress($"{transfer.Subject.Name}: not complete; {_settings.Hint}");
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _view.DisposeAsync();
}
