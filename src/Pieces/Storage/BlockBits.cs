using System.Numerics;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>A bit set with one bit per block of a piece.</summary>
internal sealed class BlockBits
{
    private readonly ulong[] _words;

    public BlockBits(int count)
    {
        Count = count;
        _words = new ulong[(count + 63) / 64];
    }

    /// <summary>Number of blocks in the piece.</summary>
    public int Count { get; }

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>The bit of a block; false for an ordinal out of range.</summary>
    public bool this[int ordinal] => (uint)ordinal < (uint)Count && (_words[ordinal >> 6] >> (ordinal & 63) & 1) != 0;

    /// <summary>Sets the bits of <paramref name="count"/> blocks from <paramref name="first"/>; the range must lie in the piece.</summary>
    public void Set(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Count, nameof(count));
        for (int i = first; i < first + count; i++)
            _words[i >> 6] |= 1UL << (i & 63);
    }

    /// <summary>Finds the first run of set bits at or after <paramref name="start"/>; false when there is none.</summary>
    public bool TryNextRun(int start, out int first, out int length)
    {
        first = start;
        while (first < Count && !this[first])
            first++;
        length = 0;
        while (this[first + length])
            length++;
        return length > 0;
    }

    /// <summary>Ordinals of the set bits, ascending.</summary>
    public int[] ToOrdinals()
    {
        int set = 0;
        foreach (ulong word in _words)
            set += BitOperations.PopCount(word);
        int[] ordinals = new int[set];
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            if (this[i])
                ordinals[at++] = i;
        }

        return ordinals;
    }

    /// <summary>Creates an empty set for the blocks of a piece.</summary>
    public static BlockBits Of(Metadata.PieceLayout layout, PieceIndex piece) => new(layout.BlockCountOf(piece));
}
