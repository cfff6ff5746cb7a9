using System.Globalization;
using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Share;

/// <summary>Hands out the line for the other side, and ends the share when enough others have it all.</summary>
internal sealed class ShareObserver : TransferObserver
{
    private readonly SharePlan _plan;
    private readonly IByteOutput? _output;
    private readonly Messages _messages;
    private readonly RunStop _stop;

    /// <param name="plan">What is shared.</param>
    /// <param name="output">Takes the line; null where programs read events instead.</param>
    /// <param name="messages">Tells people on stderr; not used without <paramref name="output"/>.</param>
    /// <param name="stop">Ends the run.</param>
    public ShareObserver(SharePlan plan, IByteOutput? output, Messages messages, RunStop stop)
    {
        _plan = plan;
        _output = output;
        _messages = messages;
        _stop = stop;
        plan.HeardByTracker = OnDownloaded;
    }

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        if (_plan.Offer is not { } offer || _output is null)
            return;
        string size = $"{Quantity.Count(item.Subject!.Files, "file")}, {Quantity.Size(item.Subject.Size)}";
        string end = _plan.Times is { } times ? $"until {Quantity.Count(times, "other")} {(times == 1 ? "has" : "have")} it" : "until Ctrl-C";
        _messages.Progress($"{item.Name}: {size}, shared {end}; the other side runs:");
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(offer.Command + "\n"));
            _output.Flush();
        }
        catch (FailureException e)
        {
            _stop.FailOutput(Outcome.Of(e));
            return;
        }

        _messages.Progress($"other programs, such as aria2 and Transmission, take the link alone: {offer.Link}");
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        if (notice is PeerNotice { Change: PeerChange.Completed } peer && _plan.Ledger.Saw(peer))
            OnDownloaded(peer.Client.Length == 0 ? peer.Address.ToString() : $"{peer.Address} ({peer.Client})");
    }

    private void OnDownloaded(string who)
    {
        int count = _plan.Ledger.Count;
        if (_output is not null)
        {
            string of = _plan.Times is { } times ? string.Create(CultureInfo.InvariantCulture, $" of {times}") : string.Empty;
            _messages.Progress(string.Create(CultureInfo.InvariantCulture, $"{who}: has it all, download {count}{of}"));
        }

        if (count >= _plan.Times)
            _stop.Finish();
    }
}
