using Pieces.Cli.Events;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Share;

/// <summary>Tells programs about a share. Of downloads they learn by the events of peers.</summary>
internal sealed class ShareEvents : IShareAudience
{
    private readonly EventWriter _events;
    private readonly int? _times;

    /// <param name="events">Takes the events.</param>
    /// <param name="times">Complete downloads by others after which the share ends, or null.</param>
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
