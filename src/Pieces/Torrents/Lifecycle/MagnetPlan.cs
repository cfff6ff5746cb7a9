using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>A torrent that begins as a magnet link: its options and the services it uses. Immutable.</summary>
internal sealed record MagnetPlan : TorrentContext
{
    /// <summary>The link.</summary>
    public required MagnetLink Link { get; init; }

    /// <inheritdoc/>
    public override ITorrentStage FirstStage(StageContext context) => new MetadataStage(this, context);

    /// <inheritdoc/>
    public override Torrent CreateHandle()
    {
        Torrent torrent = base.CreateHandle();
        torrent.Publish(new TorrentSnapshot { Phase = TorrentPhase.FindingPeers });
        return torrent;
    }

    /// <summary>Returns the options of the tracker client, or null if the user wants no trackers.</summary>
    public TrackerClientOptions? TrackerOptions() =>
        TrackerOptions(TrackerTiers.OneEach(Link.Trackers));

    /// <summary>Creates the setup of the torrent itself from its <c>info</c> value.</summary>
    /// <param name="infoBytes">The <c>info</c> value. Its hash matches the link.</param>
    /// <exception cref="MetainfoException">The value does not describe a usable torrent, or the files selected by the link do not exist in
    /// it.</exception>
    public TorrentPlan Complete(ReadOnlySpan<byte> infoBytes)
    {
        var metainfo = MetainfoParser.Parse(MetainfoWriter.Write(Link, infoBytes));
        return new TorrentPlan
        {
            InfoHash = InfoHash,
            Metainfo = metainfo,
            Options = Options with { SelectedFiles = Select(metainfo) },
            LinkPeers = LinkPeers,
            Services = Services,
            Inbox = Inbox,
            Random = Random,
            Reporter = Reporter,
            KeepsMetadata = true,
        };
    }

    // The user's selection takes precedence over the link's selection.
    private ImmutableArray<int>? Select(Metainfo metainfo)
    {
        if (Options.SelectedFiles is { } given)
            return given;
        return Options.FileSelector is { } choose && choose(metainfo) is { } chosen ? chosen : Link.FilesOf(metainfo);
    }
}
