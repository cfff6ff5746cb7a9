using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>The messages about a torrent that is downloaded or seeded.</summary>
internal sealed class SwarmText : ITransferText
{
    private readonly TransferSettings _settings;

    public SwarmText(TransferSettings settings) => _settings = settings;

    /// <inheritdoc/>
    public IEnumerable<string> Begin(TransferItem item, int listenPort) =>
        [PlanText.Place(item, _settings, listenPort), .. PlanText.Discovery(item, _settings)];

    /// <inheritdoc/>
    public void End(TransferStatus transfer, IProgressView view, Messages messages)
    {
        view.Finish(transfer);

        // A user who presses Ctrl-C during a download needs to know that nothing is lost.
        if (!_settings.Torrent.SeedOnly && transfer.Snapshot.CompletedAfter is null)
            messages.Progress($"{transfer.Subject.Name}: not complete; {_settings.Hint}");
    }
}
