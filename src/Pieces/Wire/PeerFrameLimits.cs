using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>Largest length prefixes that are accepted from a peer of one torrent, in bytes, the id included.</summary>
internal readonly record struct PeerFrameLimits
{
    /// <summary>Longest message of an extension (BEP 10). Metadata comes in 16 KiB pieces, the rest is far shorter.</summary>
    public const int MaxExtendedLength = 1024 * 1024;

    /// <summary>Longest <c>piece</c> message: id, piece, offset and one block.</summary>
    public const int MaxPieceLength = 1 + 8 + BlockRequest.MaxLength;

    private readonly int _bitfield;

    /// <summary>Limits for a torrent of <paramref name="pieceCount"/> pieces; 0 while the number is not yet known.</summary>
    public PeerFrameLimits(int pieceCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieceCount);
        _bitfield = 1 + Bitfield.ByteLengthOf(pieceCount == 0 ? PieceLayout.MaxPieceCount : pieceCount);
    }

    /// <summary>The largest of all: nothing longer is even skipped.</summary>
    public int Longest => Math.Max(_bitfield, MaxExtendedLength);

    /// <summary>The limit of one kind of message; null when the kind is unknown and to be skipped.</summary>
    public int? Of(PeerMessageId id) => id switch
    {
        PeerMessageId.Choke or PeerMessageId.Unchoke or PeerMessageId.Interested or PeerMessageId.NotInterested => 1,
        PeerMessageId.HaveAll or PeerMessageId.HaveNone => 1,
        PeerMessageId.Port => 3,
        PeerMessageId.Have or PeerMessageId.SuggestPiece or PeerMessageId.AllowedFast => 5,
        PeerMessageId.Request or PeerMessageId.Cancel or PeerMessageId.RejectRequest => 13,
        PeerMessageId.Bitfield => _bitfield,
        PeerMessageId.Piece => MaxPieceLength,
        PeerMessageId.Extended => MaxExtendedLength,
        _ => null,
    };
}
