using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// The only way to verify pieces of a torrent. It knows the algorithm, and what the hash of each piece must be. Safe for all threads.
/// </summary>
internal interface IPieceHasher
{
    /// <summary>Verifies a piece whose bytes are in one buffer; cheaper than <see cref="Start"/> for short pieces.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="bytes">All bytes of the piece.</param>
    bool IsGood(PieceIndex piece, ReadOnlySpan<byte> bytes);

    /// <summary>Starts to verify a piece whose bytes come in parts. The caller disposes the result.</summary>
    IPieceHash Start(PieceIndex piece);

    /// <summary>The digest of one block, which differs from that of another copy of the block if one of their bytes does.</summary>
    BlockDigest DigestOf(ReadOnlySpan<byte> block);
}

/// <summary>The verification of one piece at a time. One thread at a time uses it.</summary>
internal interface IPieceHash : IDisposable
{
    /// <summary>Appends the next bytes of the piece. Parts may have any length.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Whether the bytes since the start are those of the piece. Ends its verification: <see cref="Restart"/> comes before further bytes.</summary>
    bool IsGood();

    /// <summary>Drops all bytes so far and starts to verify a piece, the same one or another of the same torrent.</summary>
    void Restart(PieceIndex piece);
}
