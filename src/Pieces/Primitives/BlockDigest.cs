namespace Pieces.Primitives;

/// <summary>
/// The digest of one block, of whatever algorithm its torrent uses: compared by value, to find out which blocks of two copies of a piece differ.
/// Only digests of the same torrent are comparable.
/// </summary>
/// <param name="Bytes">The digest, with zeros up to <see cref="MaxLength"/> bytes.</param>
internal readonly record struct BlockDigest(Bytes32 Bytes)
{
    /// <summary>Longest digest, in bytes (SHA-256).</summary>
    public const int MaxLength = Bytes32.Length;

    /// <summary>Takes a digest of at most <see cref="MaxLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more bytes.</exception>
    public BlockDigest(ReadOnlySpan<byte> bytes)
        : this(new Bytes32(bytes))
    {
    }
}
