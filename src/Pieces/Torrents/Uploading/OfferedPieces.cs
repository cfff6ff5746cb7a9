using Pieces.Primitives;
using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Uploading;

/// <summary>
/// The pieces that are announced to peers and may be requested: all stored pieces, except those that a stream does not keep for peers and those that
/// have been lost on disk since. A lost piece still counts as downloaded: we assume that the file was changed on purpose, and do not overwrite it.
/// Owned by the torrent's loop.
/// </summary>
internal sealed class OfferedPieces
{
    private readonly StreamRetention? _retention;

    /// <summary>Starts with the pieces that are stored already.</summary>
    /// <param name="have">The stored pieces.</param>
    /// <param name="retention">Decides which pieces of a stream are kept; null for a download that keeps all pieces.</param>
    public OfferedPieces(Bitfield have, StreamRetention? retention)
    {
        _retention = retention;
        Pieces = retention?.Offered ?? have.Clone();
    }

    /// <summary>The offered pieces. Other classes must not change this bitfield.</summary>
    public Bitfield Pieces { get; }

    /// <summary>A piece is stored. Returns true if it may be announced to peers.</summary>
    public bool OnStored(PieceIndex piece) => _retention?.OnStored(piece) ?? Pieces.Set(piece);

    /// <summary>A piece can no longer be read. Returns true if it was offered until now.</summary>
    public bool Withdraw(PieceIndex piece) => Pieces.Clear(piece);
}
