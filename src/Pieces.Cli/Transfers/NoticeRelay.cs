using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Passes the notices of a torrent to an observer, together with the torrent.</summary>
internal sealed class NoticeRelay : IProgress<TorrentNotice>
{
    private readonly TransferItem _item;
    private readonly TransferObserver _observer;

    public NoticeRelay(TransferItem item, TransferObserver observer)
    {
        _item = item;
        _observer = observer;
    }

    /// <inheritdoc/>
    public void Report(TorrentNotice value)
    {
        if (value is MetadataNotice metadata)
            _item.Learn(metadata.Metainfo, metadata.SelectedFiles);
        _observer.Hear(_item, value);
    }
}
