using System.Collections.Immutable;
using System.Net;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Something that happened to a torrent and that a user may want to hear of.</summary>
public abstract record TorrentNotice;

/// <summary>The metadata of a magnet link is here: from now on it is a torrent like any other.</summary>
/// <param name="Metainfo">What the torrent is about.</param>
/// <param name="SelectedFiles">Indexes of the files that are wanted, or null for all.</param>
public sealed record MetadataNotice(Metainfo Metainfo, ImmutableArray<int>? SelectedFiles) : TorrentNotice
{
    /// <summary>Name of the file or top folder, safe for the disk; not for a terminal.</summary>
    public string Name => Metainfo.Name;

    /// <summary>Bytes of all its files.</summary>
    public long Size => Metainfo.TotalLength;
}

/// <summary>The data that was there has been looked at; the transfer begins.</summary>
/// <param name="HavePieces">Pieces that were valid already.</param>
public sealed record StartedNotice(int HavePieces) : TorrentNotice;

/// <summary>A piece is verified and written.</summary>
/// <param name="Index">Its position.</param>
/// <param name="HavePieces">Pieces verified so far, this one included.</param>
public sealed record PieceNotice(int Index, int HavePieces) : TorrentNotice;

/// <summary>A file is complete, verified and under its final name.</summary>
/// <param name="FileIndex">Its position in the metainfo.</param>
/// <param name="Path">Its full path.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="WasThere">Whether it was so when the transfer began.</param>
public sealed record FileNotice(int FileIndex, string Path, long Length, bool WasThere = false) : TorrentNotice;

/// <summary>What became of a peer.</summary>
public enum PeerChange
{
    /// <summary>The handshake is done.</summary>
    Connected,

    /// <summary>The connection has ended.</summary>
    Closed,

    /// <summary>It sent bad data and is not dealt with again in this run.</summary>
    Banned,

    /// <summary>It lacked something when it came, and has everything now.</summary>
    Completed,
}

/// <summary>A peer came or went.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Change">What became of it.</param>
/// <param name="Reason">Why, for people; empty when it connected.</param>
/// <param name="Client">Its program as far as known, safe to print.</param>
public sealed record PeerNotice(IPEndPoint Address, PeerChange Change, string Reason, string Client) : TorrentNotice
{
    /// <summary>Whether the whole stream is encrypted; said when it connected, false otherwise.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Where it was heard of; told when it connected, null else.</summary>
    public PeerOrigin? Origin { get; init; }

    /// <summary>What it calls itself; null where it has been forgotten. A program may call itself otherwise on each connection.</summary>
    public PeerId? Id { get; init; }

    /// <summary>The port that it says it can be dialled on, or null.</summary>
    public int? ListenPort { get; init; }
}

/// <summary>The first bytes of content were sent over a connection.</summary>
/// <param name="Address">The peer's address.</param>
public sealed record PeerServedNotice(IPEndPoint Address) : TorrentNotice;

/// <summary>A tracker answered or failed.</summary>
/// <param name="Url">Its URL without secrets.</param>
/// <param name="Peers">Peers that it named, or 0.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record TrackerNotice(string Url, int Peers, string? Error) : TorrentNotice;

/// <summary>The DHT was searched once for the torrent's peers.</summary>
/// <param name="Peers">Peers that were named, we ourselves maybe among them.</param>
/// <param name="Answers">Nodes that answered.</param>
/// <param name="Nodes">Nodes that are known now.</param>
public sealed record DhtNotice(int Peers, int Answers, int Nodes) : TorrentNotice;

/// <summary>Something is worse than it should be, and the torrent goes on.</summary>
/// <param name="Message">One line for people.</param>
public sealed record WarningNotice(string Message) : TorrentNotice;

/// <summary>Everything wanted is here.</summary>
/// <param name="Snapshot">The torrent at that moment.</param>
public sealed record CompletedNotice(TorrentSnapshot Snapshot) : TorrentNotice;
