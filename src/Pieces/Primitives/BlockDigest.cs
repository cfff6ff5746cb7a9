namespace Pieces.Primitives;

/// <summary>
/// The digest of one block, in the hash algorithm of its torrent. Digests are compared by value to find the blocks in which two copies of a piece
/// differ. Only digests of the same torrent are comparable.
/// </summary>
/// <param name="Bytes">The digest, padded with zeros to <see cref="MaxLength"/> bytes.</param>
internal readonly record struct BlockDigest(Bytes32 Bytes)
{
    /// <summary>Maximum length of a digest, in bytes (SHA-256).</summary>
    public const int MaxLength = Bytes32.Length;

    /// <summary>Takes a digest of at most <see cref="MaxLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more bytes.</exception>
    public BlockDigest(ReadOnlySpan<byte> bytes)
        : this(new Bytes32(bytes))
    {
    }
}
