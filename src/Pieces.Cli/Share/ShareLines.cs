using System.Globalization;
using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Share;

/// <summary>Reports a share to people. The command line for recipients goes to stdout, all other lines go to stderr.</summary>
internal sealed class ShareLines : IShareAudience
{
    private readonly IByteOutput _output;
    private readonly Messages _messages;
    private readonly int? _times;
    private readonly Action<Outcome> _onFailure;

    /// <param name="output">Receives the command line for recipients.</param>
    /// <param name="messages">Receives all other lines.</param>
    /// <param name="times">Number of completed downloads by other peers after which the share ends, or null.</param>
    /// <param name="onFailure">Called if the command line cannot be written.</param>
    public ShareLines(IByteOutput output, Messages messages, int? times, Action<Outcome> onFailure)
    {
        _output = output;
        _messages = messages;
        _times = times;
        _onFailure = onFailure;
    }

    /// <inheritdoc/>
    public void Offer(TransferItem item, ShareOffer offer)
    {
        string size = $"{Quantity.Count(item.Subject!.Files, "file")}, {Quantity.Size(item.Subject.Size)}";
        string end = _times is { } times ? $"until {Quantity.Count(times, "peer")} {(times == 1 ? "has" : "have")} it" : "until Ctrl-C";
        _messages.Progress($"{item.Name}: {size}, shared {end}; the recipient runs:");
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(offer.Command + "\n"));
            _output.Flush();
        }
        catch (FailureException e)
        {
            _onFailure(Outcome.Of(e));
            return;
        }

        _messages.Progress($"other programs, such as aria2 and Transmission, need only the link: {offer.Link}");
    }

    /// <inheritdoc/>
    public void Downloaded(string who, int count)
    {
        string of = _times is { } times ? string.Create(CultureInfo.InvariantCulture, $" of {times}") : string.Empty;
        _messages.Progress(string.Create(CultureInfo.InvariantCulture, $"{who}: has everything, download {count}{of}"));
    }
}
