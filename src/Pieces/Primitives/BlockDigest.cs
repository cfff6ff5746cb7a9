using System.Buffers.Binary;

namespace Pieces.Primitives;

/// <summary>
/// The digest of one block, of whatever algorithm its torrent uses: compared by value, to find out which blocks of two copies of a piece differ.
/// Only digests of the same torrent are comparable.
/// </summary>
internal readonly record struct BlockDigest
{
    /// <summary>Longest digest, in bytes (SHA-256).</summary>
    public const int MaxLength = 32;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    /// <summary>Takes a digest of at most <see cref="MaxLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more bytes.</exception>
    public BlockDigest(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxLength, nameof(bytes));
        Span<byte> padded = stackalloc byte[MaxLength];
        padded[bytes.Length..].Clear();
        bytes.CopyTo(padded);
        _word0 = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        _word1 = BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]);
        _word2 = BinaryPrimitives.ReadUInt64LittleEndian(padded[16..]);
        _word3 = BinaryPrimitives.ReadUInt64LittleEndian(padded[24..]);
    }
}
