using Pieces.Primitives;
using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Uploading;

/// <summary>
/// The pieces that peers are told of and may request: all that are stored, except those that a stream does not keep for them and those that were lost
/// on the disk since. A lost piece still counts as downloaded: whoever changed the file did so on purpose, and it is not overwritten. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class OfferedPieces
{
    private readonly StreamRetention? _retention;

    /// <summary>Offers what there is to begin with.</summary>
    /// <param name="have">The pieces that are stored.</param>
    /// <param name="retention">What is kept of a stream; null for a download that keeps everything.</param>
    public OfferedPieces(Bitfield have, StreamRetention? retention)
    {
        _retention = retention;
        Pieces = retention?.Offered ?? have.Clone();
    }

    /// <summary>The pieces. Read only for others.</summary>
    public Bitfield Pieces { get; }

    /// <summary>A piece is stored. True when peers may be told of it.</summary>
    public bool OnStored(PieceIndex piece) => _retention?.OnStored(piece) ?? Pieces.Set(piece);

    /// <summary>A piece can no longer be read. True when it was offered until now.</summary>
    public bool Withdraw(PieceIndex piece) => Pieces.Clear(piece);
}
