using System.Collections.Immutable;
using System.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>What is known of a torrent before its metainfo is known, and the services it uses. Immutable.</summary>
internal abstract record TorrentContext
{
    public required InfoHash InfoHash { get; init; }

    /// <summary>The identifier of the swarm in trackers, the DHT and handshakes.</summary>
    public SwarmKey Swarm => SwarmKey.Of(InfoHash);

    public required TorrentOptions Options { get; init; }

    /// <summary>Peers that the magnet link names; default none.</summary>
    public ImmutableArray<EndPoint> LinkPeers { get; init; } = [];

    public required ClientServices Services { get; init; }

    public required TorrentInbox Inbox { get; init; }

    /// <summary>The random number generator of this torrent. Only its loop uses it.</summary>
    public required Random Random { get; init; }

    public required NoticeSender Reporter { get; init; }

    /// <summary>Creates the first stage of the torrent.</summary>
    public abstract ITorrentStage FirstStage(StageContext context);

    /// <summary>Creates the public handle of the torrent.</summary>
    public virtual Torrent CreateHandle() =>
        new(InfoHash, Services, Inbox.Post, new LimitsSet(Options.DownloadLimit, Options.UploadLimit));

    /// <summary>Creates the object that manages the torrent's peers. No peer is known at first.</summary>
    public PeerAdmission CreateAdmission()
    {
        var book = new PeerBook(Services.TimeProvider, Random, Services.Addresses);
        var pool = new PeerPool(book, Inbox.OwnId, Options.MaxPeers, Services.TimeProvider);
        ConnectionShare share = Services.Connections.Join(() => Inbox.Post(ShedWanted.Instance));
        var dialer = new PeerDialer(Services, Swarm, Inbox, share);
        return new PeerAdmission(Services, Inbox, dialer, new PeerSet(book, pool), new TorrentRateLimits(Services, Options));
    }

    /// <summary>Whether the torrent is private (BEP 27), as far as that is known.</summary>
    public virtual bool IsPrivate => false;

    /// <summary>Returns the options of the tracker client, or null if there are no trackers or the user wants none.</summary>
    /// <param name="tiers">The torrent's own tiers. The trackers of the options are added to them.</param>
    public TrackerClientOptions? TrackerOptions(ImmutableArray<ImmutableArray<string>> tiers)
    {
        if (!Options.UseTrackers || (tiers.IsEmpty && Options.ExtraTrackers.IsEmpty))
            return null;
        return new TrackerClientOptions
        {
            InfoHash = Swarm,
            PeerId = Inbox.OwnId,
            Ports = Services.Ports,
            Tiers = [.. tiers, .. TrackerTiers.OneEach(Options.ExtraTrackers)],
            UserTrackers = Options.ExtraTrackers,
            Key = (uint)Random.Next(),
            IsPrivate = IsPrivate,
            Encryption = Services.Encryption.Policy,
            Outbound = Services.Outbound,
            Addresses = Services.Addresses,
            TimeProvider = Services.TimeProvider,
            Random = Random,
            Logger = Services.Logger,
            CreateTracker = Services.MakeTracker,
        };
    }
}
