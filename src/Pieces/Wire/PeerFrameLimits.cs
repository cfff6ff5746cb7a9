using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>Maximum length prefixes accepted from a peer of one torrent, in bytes, message id included.</summary>
internal readonly record struct PeerFrameLimits
{
    /// <summary>
    /// Maximum length in bytes of a message that is skipped without being stored: one of an unknown type, or of an extension that was never offered.
    /// </summary>
    public const int MaxSkippedLength = 1024 * 1024;

    // The message id and the extension's id.
    private const int ExtendedHeaderLength = 2;

    /// <summary>Maximum length of a <c>piece</c> message in bytes: id, piece index, offset and one block.</summary>
    public const int MaxPieceLength = 1 + 8 + BlockRequest.MaxLength;

    private readonly int _bitfield;

    /// <summary>Creates the limits for a torrent of <paramref name="pieceCount"/> pieces; 0 while the number is unknown.</summary>
    public PeerFrameLimits(int pieceCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieceCount);
        _bitfield = 1 + Bitfield.ByteLengthOf(pieceCount == 0 ? PieceLayout.MaxPieceCount : pieceCount);
    }

    /// <summary>The largest of all limits: a longer message is not even skipped.</summary>
    public int Longest => Math.Max(_bitfield, MaxSkippedLength);

    /// <summary>The limit of an extended message; null if its extension was never offered, so that it is skipped.</summary>
    public static int? OfExtended(byte extendedId) => ExtendedHeaderLength + ExtensionIds.LongestPayload(extendedId);

    /// <summary>
    /// The limit of one type of message; null if the type is unknown and the message is skipped. For extended messages it is the largest limit of
    /// all: see <see cref="OfExtended"/> for that of one extension.
    /// </summary>
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
