using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Torrents;

/// <summary>Base class of all events that a torrent's inbox accepts.</summary>
internal abstract record TorrentEvent;

/// <summary>The existing data could not be checked, or a task of the torrent ended with an exception.</summary>
internal sealed record TorrentFaulted(Exception Reason) : TorrentEvent;

/// <summary>Work that a stage had started in the background has ended.</summary>
internal abstract record StageWork : TorrentEvent;

/// <summary>A handshake is done, inbound or outbound. The loop owns the stream and must use or close it.</summary>
internal sealed record PeerArrived(HandshakenPeer Peer) : TorrentEvent;

/// <summary>A peer could not be reached, or its handshake failed.</summary>
internal sealed record DialFailed(IPEndPoint Address, string Reason, bool IsOurselves) : TorrentEvent
{
    /// <summary>Maximum delay before the next attempt if the failure is one of our own network; else null.</summary>
    public TimeSpan? LongestPause { get; init; }

    /// <summary>Whether the next handshake should be encrypted (true) or plain text (false); null if the failure says nothing about that.</summary>
    public bool? WantsEncryption { get; init; }
}

/// <summary>The messages of one read from a peer.</summary>
internal sealed record PeerSaid(PeerConnection Peer, PeerBatch Batch) : TorrentEvent;

/// <summary>Blocks were sent to a peer.</summary>
internal sealed record PeerTook(PeerConnection Peer, int Blocks, long Bytes) : TorrentEvent;

/// <summary>A connection ended.</summary>
internal sealed record PeerGone(PeerConnection Peer, string Reason, bool IsProtocolError) : TorrentEvent;

/// <summary>A disk job has reported.</summary>
internal sealed record DiskSaid(DiskEvent Verdict) : TorrentEvent;

/// <summary>Addresses of peers were found.</summary>
internal sealed record PeersFound(IReadOnlyList<IPEndPoint> Addresses, PeerOrigin Origin) : TorrentEvent
{
    /// <summary>The URL of the tracker that returned the addresses; empty for other origins.</summary>
    public string Teller { get; init; } = string.Empty;
}

/// <summary>The client has too many connections: this torrent must close its least useful one.</summary>
internal sealed record ShedWanted : TorrentEvent
{
    public static readonly ShedWanted Instance = new();
}

/// <summary>A tracker returned peers by host name. <paramref name="Tracker"/> is the reach of the tracker's own address.</summary>
internal sealed record NamesFound(IReadOnlyList<DnsEndPoint> Names, AddressReach Tracker) : TorrentEvent;

/// <summary>The user has added the torrent again, with these trackers.</summary>
internal sealed record TrackersGiven(IReadOnlyList<string> Urls) : TorrentEvent;

/// <summary>The user has set the rate limits of the torrent.</summary>
internal sealed record LimitsSet(ByteRate Download, ByteRate Upload) : TorrentEvent;

/// <summary>A tracker answered or failed.</summary>
internal sealed record TrackerSaid(string Url, int Peers, string? Error) : TorrentEvent;

/// <summary>A tracker sent a message for the user.</summary>
internal sealed record TrackerWarned(string Url, string Message) : TorrentEvent;

/// <summary>One search of the DHT has ended.</summary>
internal sealed record DhtSearched(int Answers, int Peers) : TorrentEvent;

/// <summary>A warning for the user.</summary>
internal sealed record WarningRaised(string Message) : TorrentEvent;

/// <summary>A timer tick.</summary>
internal sealed record Tick : TorrentEvent
{
    public static readonly Tick Instance = new();
}

/// <summary>The user stops the torrent.</summary>
internal sealed record StopWanted : TorrentEvent
{
    public static readonly StopWanted Instance = new();
}
