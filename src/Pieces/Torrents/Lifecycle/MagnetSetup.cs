using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>What one torrent that begins as a magnet link is to do, and what it works with. Immutable.</summary>
internal sealed record MagnetSetup : TorrentBasis
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

    /// <summary>What the link's trackers are told, or null when there are none to ask.</summary>
    public TrackerClientOptions? TrackerOptions() =>
        TrackerOptions([.. Link.Trackers.Select(url => (ImmutableArray<string>)[url])]);

    /// <summary>The setup of the torrent itself, now that its <c>info</c> value is here.</summary>
    /// <param name="infoBytes">The value; its hash is the link's.</param>
    /// <exception cref="MetainfoException">It is no torrent that can be used, or what the link selects is not in it.</exception>
    public TorrentSetup Complete(ReadOnlySpan<byte> infoBytes)
    {
        var metainfo = MetainfoParser.Parse(MetainfoWriter.Write(Link, infoBytes));
        return new TorrentSetup
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

    // The user's own word comes before the link's.
    private ImmutableArray<int>? Select(Metainfo metainfo)
    {
        if (Options.SelectedFiles is { } given)
            return given;
        return Options.Select is { } choose && choose(metainfo) is { } chosen ? chosen : Link.FilesOf(metainfo);
    }
}
