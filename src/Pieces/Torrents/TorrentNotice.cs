using System.Collections.Immutable;
using System.Net;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Base class of everything that happens to a torrent and that a program may want to show to its user.</summary>
public abstract record TorrentNotice;

/// <summary>The metadata of a magnet link has been fetched. From now on the torrent is like any other.</summary>
/// <param name="Metainfo">The metainfo of the torrent.</param>
/// <param name="SelectedFiles">Indexes of the wanted files, or null for all.</param>
public sealed record MetadataNotice(Metainfo Metainfo, ImmutableArray<int>? SelectedFiles) : TorrentNotice
{
    /// <summary>Name of the file or top folder. It is safe as a file name, but not safe to print on a terminal.</summary>
    public string Name => Metainfo.Name;

    /// <summary>Total length of all files, in bytes.</summary>
    public long Size => Metainfo.TotalLength;
}

/// <summary>The existing data has been checked; the transfer begins.</summary>
/// <param name="HavePieces">Number of pieces that were already valid.</param>
public sealed record StartedNotice(int HavePieces) : TorrentNotice;

/// <summary>A piece has been verified and written.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="HavePieces">Number of verified pieces, including this one.</param>
public sealed record PieceNotice(PieceIndex Piece, int HavePieces) : TorrentNotice;

/// <summary>A file is complete, verified and has its final name.</summary>
/// <param name="FileIndex">Index of the file in the metainfo.</param>
/// <param name="Path">Full path of the file.</param>
/// <param name="Length">Length of the file in bytes.</param>
/// <param name="WasComplete">Whether the file was already complete when the transfer began.</param>
public sealed record FileNotice(int FileIndex, string Path, long Length, bool WasComplete = false) : TorrentNotice;

/// <summary>A change in the state of a peer.</summary>
public enum PeerChange
{
    /// <summary>The handshake is done.</summary>
    Connected,

    /// <summary>The connection has ended.</summary>
    Closed,

    /// <summary>The peer sent bad data. It is refused for the rest of this run.</summary>
    Banned,

    /// <summary>The peer was incomplete when it connected, and has all pieces now.</summary>
    Completed,
}

/// <summary>The state of a peer has changed.</summary>
/// <param name="Address">Address of the peer.</param>
/// <param name="Change">The change.</param>
/// <param name="Reason">Reason as text for the user; empty for <see cref="PeerChange.Connected"/> and <see cref="PeerChange.Completed"/>.</param>
/// <param name="Client">Name of the peer's program as far as it is known; safe to print.</param>
public sealed record PeerNotice(IPEndPoint Address, PeerChange Change, string Reason, string Client) : TorrentNotice
{
    /// <summary>Whether the whole stream is encrypted. Only set for <see cref="PeerChange.Connected"/>; false otherwise.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Source of the peer's address. Only set for <see cref="PeerChange.Connected"/>; null otherwise.</summary>
    public PeerOrigin? Origin { get; init; }

    /// <summary>
    /// Peer id. Only set for <see cref="PeerChange.Completed"/>; null otherwise. A program may use a different id on each connection.
    /// </summary>
    public PeerId? Id { get; init; }

    /// <summary>
    /// Port on which the peer can be dialled. Only set for <see cref="PeerChange.Completed"/> and if the port is known; null otherwise.
    /// </summary>
    public int? ListenPort { get; init; }
}

/// <summary>The first bytes of content were sent to a peer over a connection.</summary>
/// <param name="Address">Address of the peer.</param>
public sealed record PeerServedNotice(IPEndPoint Address) : TorrentNotice;

/// <summary>A tracker answered or failed.</summary>
/// <param name="Url">URL of the tracker without secrets.</param>
/// <param name="Peers">Number of peers that the tracker returned, or 0.</param>
/// <param name="Error">Reason of the failure, or null.</param>
public sealed record TrackerNotice(string Url, int Peers, string? Error) : TorrentNotice;

/// <summary>One DHT search for the torrent's peers has ended.</summary>
/// <param name="Peers">Number of peers found, possibly including ourselves.</param>
/// <param name="Answers">Number of nodes that answered.</param>
/// <param name="Nodes">Number of nodes in our routing tables.</param>
public sealed record DhtNotice(int Peers, int Answers, int Nodes) : TorrentNotice;

/// <summary>A problem that the user should know of. The torrent continues.</summary>
/// <param name="Message">One line of text for the user.</param>
public sealed record WarningNotice(string Message) : TorrentNotice;

/// <summary>All wanted files are complete.</summary>
/// <param name="Snapshot">State of the torrent at that moment.</param>
public sealed record CompletedNotice(TorrentSnapshot Snapshot) : TorrentNotice;
