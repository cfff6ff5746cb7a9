using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>Largest length prefixes that are accepted from a peer of one torrent, in bytes, the id included.</summary>
internal readonly record struct PeerFrameLimits
{
    /// <summary>Longest message that is skipped without being kept: of a kind that is not known, or of an extension that was never offered.</summary>
    public const int MaxSkippedLength = 1024 * 1024;

    // The message's id and the extension's.
    private const int ExtendedHeaderLength = 2;

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
    public int Longest => Math.Max(_bitfield, MaxSkippedLength);

    /// <summary>The limit of an extended message; null when its extension was never offered and it is to be skipped.</summary>
    public static int? OfExtended(byte extendedId) => ExtendedHeaderLength + ExtensionIds.LongestPayload(extendedId);

    /// <summary>The limit of one kind of message; null when the kind is unknown and to be skipped. Of an extended message it is that of the longest
    /// extension: see <see cref="OfExtended"/>.</summary>
    public int? Of(PeerMessageId id) => id switch
    {
        PeerMessageId.Choke or PeerMessageId.Unchoke or PeerMessageId.Interested or PeerMessageId.NotInterested => 1,
        PeerMessageId.HaveAll or PeerMessageId.HaveNone => 1,
        PeerMessageId.Port => 3,
        PeerMessageId.Have or PeerMessageId.SuggestPiece or PeerMessageId.AllowedFast => 5,
        PeerMessageId.Request or PeerMessageId.Cancel or PeerMessageId.RejectRequest => 13,
        PeerMessageId.Bitfield => _bitfield,
        PeerMessageId.Piece => MaxPieceLength,
        PeerMessageId.Extended => MaxSkippedLength,
        _ => null,
    };
}
