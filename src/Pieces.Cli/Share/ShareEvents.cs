using Pieces.Cli.Events;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Share;

/// <summary>Reports a share to programs. Completed downloads are not reported here, because peer events report them.</summary>
internal sealed class ShareEvents : IShareAudience
{
    private readonly EventWriter _events;
    private readonly int? _times;

    /// <param name="events">Writes the events.</param>
    /// <param name="times">Number of completed downloads by other peers after which the share ends, or null.</param>
    public ShareEvents(EventWriter events, int? times)
    {
        _events = events;
        _times = times;
    }

    /// <inheritdoc/>
    public void Offer(TransferItem item, ShareOffer offer) =>
        _events.Write(new ShareEvent(_events.Now, item.InfoHash, item.Name, offer.Link, offer.Command, _times));

    /// <inheritdoc/>
    public void Downloaded(string who, int count)
    {
    }
}
