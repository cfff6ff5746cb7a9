using System.Collections.Immutable;
using System.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>What is known of a torrent before its metainfo is, and what it works with. Immutable.</summary>
internal abstract record TorrentBasis
{
    public required InfoHash InfoHash { get; init; }

    /// <summary>The swarm that trackers, the DHT and handshakes name.</summary>
    public SwarmKey Swarm => SwarmKey.Of(InfoHash);

    public required TorrentOptions Options { get; init; }

    /// <summary>Peers that a link names; default none.</summary>
    public ImmutableArray<EndPoint> LinkPeers { get; init; } = [];

    public required TorrentServices Services { get; init; }

    public required TorrentInbox Inbox { get; init; }

    /// <summary>This torrent's own chance: used by its loop alone.</summary>
    public required Random Random { get; init; }

    public required TorrentReporter Reporter { get; init; }

    /// <summary>The stage in which the torrent's life begins.</summary>
    public abstract ITorrentStage FirstStage(StageContext context);

    /// <summary>The public handle of the torrent.</summary>
    public virtual Torrent CreateHandle() => new(InfoHash, Services.TimeProvider, Inbox.Post);

    /// <summary>Makes what lets the torrent's peers in; it knows nobody yet.</summary>
    public PeerAdmission CreateAdmission()
    {
        var book = new PeerBook(Services.TimeProvider, Random, Services.Addresses);
        var pool = new PeerPool(book, Inbox.OwnId, Options.MaxPeers, Services.TimeProvider);
        ConnectionShare share = Services.Connections.Join(() => Inbox.Post(ShedWanted.Instance));
        var dialer = new PeerDialer(Services, Swarm, Inbox, share);
        return new PeerAdmission(Services, Inbox, dialer, new TorrentPeers(book, pool), new TorrentLimits(Services, Options));
    }

    /// <summary>Whether the torrent is private (BEP 27), as far as that is known.</summary>
    public virtual bool IsPrivate => false;

    /// <summary>What trackers are told, or null when there are none to ask.</summary>
    /// <param name="tiers">The torrent's own, beside those of the options.</param>
    public TrackerClientOptions? TrackerOptions(ImmutableArray<ImmutableArray<string>> tiers)
    {
        if (!Options.UseTrackers || (tiers.IsEmpty && Options.ExtraTrackers.IsEmpty))
            return null;
        return new TrackerClientOptions
        {
            InfoHash = Swarm,
            PeerId = Inbox.OwnId,
            Ports = Services.Ports,
            Tiers = [.. tiers, .. Options.ExtraTrackers.Select(url => (ImmutableArray<string>)[url])],
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
