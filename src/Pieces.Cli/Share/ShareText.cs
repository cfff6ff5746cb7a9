using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Share;

/// <summary>Messages for people about a share.</summary>
internal sealed class ShareText : ITransferText
{
    private readonly TransferSettings _settings;
    private readonly ShareRun _run;

    public ShareText(TransferSettings settings, ShareRun run)
    {
        _settings = settings;
        _run = run;
    }

    /// <inheritdoc/>
    public IEnumerable<string> Begin(TransferItem item, int listenPort) => [PlanText.Place(item, _settings, listenPort)];

    /// <inheritdoc/>
    public void End(TransferStatus transfer, IProgressView view, Messages messages)
    {
        // A share downloads nothing, so only the downloads of other peers are summarized.
        if (_settings.Progress != ProgressStyle.None)
            messages.Progress(Summary(transfer, _run.Downloads));
    }

    /// <summary>Summarizes the share at its end: duration, uploaded bytes, and number of peers that have all pieces.</summary>
    internal static string Summary(TransferStatus transfer, int downloads)
    {
        TorrentSnapshot now = transfer.Snapshot;
        string others = downloads switch
        {
            0 => "no peer has all of it",
            1 => "1 peer has all of it",
            _ => $"{Quantity.Count(downloads, "peer")} have all of it",
        };
        return $"{transfer.Subject.Name}: shared for {Quantity.Duration(now.Elapsed)}, {Quantity.Size(now.Uploaded)} uploaded; {others}";
    }
}
