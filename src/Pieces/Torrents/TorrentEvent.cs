using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Storage;

namespace Pieces.Torrents;

/// <summary>Everything that the inbox of a torrent's loop accepts.</summary>
internal abstract record TorrentEvent;

/// <summary>The data could not be looked at, or a task of the torrent ended in an exception.</summary>
internal sealed record TorrentFaulted(Exception Reason) : TorrentEvent;

/// <summary>Work that a stage had started in the background has ended.</summary>
internal abstract record StageWork : TorrentEvent;

/// <summary>A handshake is done, in either direction; the stream is the loop's to use or to close.</summary>
internal sealed record PeerArrived(HandshakenPeer Peer) : TorrentEvent;

/// <summary>A peer could not be reached, or its handshake failed.</summary>
internal sealed record DialFailed(IPEndPoint Address, string Reason, bool IsOurselves) : TorrentEvent
{
    /// <summary>Longest time until it is tried again, when it is our own network that failed; null else.</summary>
    public TimeSpan? LongestPause { get; init; }

    /// <summary>Whether it is to be greeted encrypted the next time, or plainly (false); null when the failure says nothing of that.</summary>
    public bool? WantsEncryption { get; init; }
}

/// <summary>What one read from a peer brought.</summary>
internal sealed record PeerSaid(PeerConnection Peer, PeerBatch Batch) : TorrentEvent;

/// <summary>Blocks went out.</summary>
internal sealed record PeerTook(PeerConnection Peer, int Blocks, long Bytes) : TorrentEvent;

/// <summary>A connection ended.</summary>
internal sealed record PeerGone(PeerConnection Peer, string Reason, bool IsProtocolError) : TorrentEvent;

/// <summary>The disk's verdict.</summary>
internal sealed record DiskSaid(DiskEvent Verdict) : TorrentEvent;

/// <summary>Addresses were heard of.</summary>
internal sealed record PeersFound(IReadOnlyList<IPEndPoint> Addresses, PeerOrigin Origin) : TorrentEvent
{
    /// <summary>Which of several trackers named them; empty for other origins.</summary>
    public string Teller { get; init; } = string.Empty;
}

/// <summary>The client has too many connections: the least useful one of this torrent is to be closed.</summary>
internal sealed record ShedWanted : TorrentEvent
{
    public static readonly ShedWanted Instance = new();
}

/// <summary>A tracker whose address reaches so far named peers by their hosts.</summary>
internal sealed record NamesFound(IReadOnlyList<DnsEndPoint> Names, AddressReach Tracker) : TorrentEvent;

/// <summary>The user has given the torrent again, with these trackers.</summary>
internal sealed record TrackersGiven(IReadOnlyList<string> Urls) : TorrentEvent;

/// <summary>A tracker answered or failed.</summary>
internal sealed record TrackerSaid(string Url, int Peers, string? Error) : TorrentEvent;

/// <summary>A tracker has something to say to people.</summary>
internal sealed record TrackerWarned(string Url, string Message) : TorrentEvent;

/// <summary>The DHT was searched once.</summary>
internal sealed record DhtSearched(int Answers, int Peers) : TorrentEvent;

/// <summary>Something that people should hear.</summary>
internal sealed record WarningRaised(string Message) : TorrentEvent;

/// <summary>Time has passed.</summary>
internal sealed record Tick : TorrentEvent
{
    public static readonly Tick Instance = new();
}

/// <summary>The user wants it to end.</summary>
internal sealed record StopWanted : TorrentEvent
{
    public static readonly StopWanted Instance = new();
}
