using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Verifies the pieces of a torrent: knows the hash algorithm and the hash of each piece. Safe for all threads.</summary>
internal interface IPieceHasher
{
    /// <summary>Verifies a piece whose bytes are in one buffer; faster than <see cref="Start"/> for short pieces.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="bytes">All bytes of the piece.</param>
    bool IsGood(PieceIndex piece, ReadOnlySpan<byte> bytes);

    /// <summary>Starts to verify a piece whose bytes arrive in parts. The caller disposes the result.</summary>
    IPieceHash Start(PieceIndex piece);

    /// <summary>The digest of one block. Two copies of a block with different bytes have different digests.</summary>
    BlockDigest DigestOf(ReadOnlySpan<byte> block);
}

/// <summary>The verification of one piece at a time. Not thread-safe.</summary>
internal interface IPieceHash : IDisposable
{
    /// <summary>Appends the next bytes of the piece. Parts may have any length.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Whether the bytes since the start match the piece. Ends the verification: call <see cref="Restart"/> before appending more bytes.
    /// </summary>
    bool IsGood();

    /// <summary>Drops all bytes appended so far and starts to verify a piece, the same one or another piece of the same torrent.</summary>
    void Restart(PieceIndex piece);
}
