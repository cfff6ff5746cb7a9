using System.Numerics;

namespace Pieces.Primitives;

/// <summary>
/// A bit set with one bit per piece, and the number of set bits. On the wire, piece 0 is the high bit of the first byte (BEP 3, "bitfield").
/// </summary>
internal sealed class Bitfield
{
    // Bit i is bit i % 64 of word i / 64. The bit order of the wire is only used when bytes are read or written.
    private readonly ulong[] _words;

    /// <summary>Creates a bitfield of <paramref name="length"/> zero bits.</summary>
    public Bitfield(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _words = new ulong[(length + 63) / 64];
    }

    /// <summary>Number of bits.</summary>
    public int Length { get; }

    /// <summary>Number of bits that are set.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every bit is set.</summary>
    public bool IsFull => Count == Length;

    /// <summary>Length on the wire, in bytes.</summary>
    public int ByteLength => ByteLengthOf(Length);

    /// <summary>The bit of a piece.</summary>
    public bool this[PieceIndex piece] => this[piece.Value];

    /// <summary>The bit at <paramref name="index"/>.</summary>
    public bool this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
            return (_words[index >> 6] >> (index & 63) & 1) != 0;
        }
    }

    /// <summary>Length of <paramref name="length"/> bits on the wire, in bytes.</summary>
    public static int ByteLengthOf(int length) => (int)(((long)length + 7) / 8);

    /// <summary>Reads a bitfield from the wire; false when the number of bytes is wrong or a spare bit is set (BEP 3).</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int length, out Bitfield bitfield)
    {
        bitfield = new Bitfield(length);
        if (bytes.Length != bitfield.ByteLength)
            return false;
        if (length % 8 != 0 && (bytes[^1] & (0xFF >> (length % 8))) != 0)
            return false;

        for (int i = 0; i < bytes.Length; i++)
            bitfield._words[i >> 3] |= (ulong)Reverse(bytes[i]) << (i & 7) * 8;
        bitfield.Recount();
        return true;
    }

    /// <summary>Creates a bitfield with every bit set.</summary>
    public static Bitfield Full(int length)
    {
        var bitfield = new Bitfield(length);
        bitfield.SetAll();
        return bitfield;
    }

    /// <summary>Sets the bit of a piece; false when it was set already.</summary>
    public bool Set(PieceIndex piece) => Set(piece.Value);

    /// <summary>Sets a bit; false when it was set already.</summary>
    public bool Set(int index)
    {
        if (this[index])
            return false;
        _words[index >> 6] |= 1UL << (index & 63);
        Count++;
        return true;
    }

    /// <summary>Clears the bit of a piece; false when it was clear already.</summary>
    public bool Clear(PieceIndex piece) => Clear(piece.Value);

    /// <summary>Clears a bit; false when it was clear already.</summary>
    public bool Clear(int index)
    {
        if (!this[index])
            return false;
        _words[index >> 6] &= ~(1UL << (index & 63));
        Count--;
        return true;
    }

    /// <summary>Sets every bit.</summary>
    public void SetAll()
    {
        Array.Fill(_words, ulong.MaxValue);
        if ((Length & 63) != 0)
            _words[^1] = (1UL << (Length & 63)) - 1;
        Count = Length;
    }

    /// <summary>Index of the first set bit at or after <paramref name="start"/>, or -1.</summary>
    public int NextSet(int start) => Next(start, invert: 0);

    /// <summary>Index of the first clear bit at or after <paramref name="start"/>, or -1.</summary>
    public int NextClear(int start) => Next(start, invert: ulong.MaxValue);

    /// <summary>Whether any bit is set here and not in <paramref name="other"/>, which has the same length.</summary>
    public bool AnyBeyond(Bitfield other)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & ~other._words[i]) != 0)
                return true;
        }

        return false;
    }

    /// <summary>Number of bits that are set both here and in <paramref name="other"/>, which has the same length.</summary>
    public int CountCommon(Bitfield other)
    {
        int count = 0;
        for (int i = 0; i < _words.Length; i++)
            count += BitOperations.PopCount(_words[i] & other._words[i]);
        return count;
    }

    /// <summary>Number of set bits from <paramref name="start"/> (inclusive) to <paramref name="end"/> (exclusive).</summary>
    public int CountIn(int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Length);
        if (start >= end)
            return 0;

        int first = start >> 6, last = (end - 1) >> 6, count = 0;
        for (int i = first; i <= last; i++)
        {
            ulong bits = _words[i];
            if (i == first)
                bits &= ulong.MaxValue << (start & 63);
            if (i == last)
                bits &= ulong.MaxValue >> (63 - (end - 1 & 63));
            count += BitOperations.PopCount(bits);
        }

        return count;
    }

    /// <summary>
    /// Index of the first bit at or after <paramref name="start"/> that is set both here and in <paramref name="other"/>, which has the same length;
    /// or -1.
    /// </summary>
    public int NextCommon(Bitfield other, int start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        if (start >= Length)
            return -1;

        int word = start >> 6;
        ulong bits = _words[word] & other._words[word] & (ulong.MaxValue << (start & 63));
        while (bits == 0)
        {
            if (++word == _words.Length)
                return -1;
            bits = _words[word] & other._words[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>
    /// Index of the first bit at or after <paramref name="start"/> that is set here and not in <paramref name="other"/>, which has the same length;
    /// or -1.
    /// </summary>
    public int NextBeyond(Bitfield other, int start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ulong mask = ulong.MaxValue << (start & 63);
        for (int word = start >> 6; word < _words.Length; word++)
        {
            ulong bits = _words[word] & ~other._words[word] & mask;
            if (bits != 0)
                return (word << 6) + BitOperations.TrailingZeroCount(bits);
            mask = ulong.MaxValue;
        }

        return -1;
    }

    /// <summary>An independent copy.</summary>
    public Bitfield Clone()
    {
        var copy = new Bitfield(Length) { Count = Count };
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <summary>Writes <see cref="ByteLength"/> bytes in the bit order of the wire.</summary>
    public void WriteTo(Span<byte> destination)
    {
        int bytes = ByteLength;
        for (int i = 0; i < bytes; i++)
            destination[i] = Reverse((byte)(_words[i >> 3] >> (i & 7) * 8));
    }

    /// <summary>The bytes as sent on the wire, in a new array.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteLength];
        WriteTo(bytes);
        return bytes;
    }

    private int Next(int start, ulong invert)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        if (start >= Length)
            return -1;

        int word = start >> 6;
        ulong bits = (_words[word] ^ invert) & (ulong.MaxValue << (start & 63));
        while (bits == 0)
        {
            if (++word == _words.Length)
                return -1;
            bits = _words[word] ^ invert;
        }

        int index = (word << 6) + BitOperations.TrailingZeroCount(bits);
        return index < Length ? index : -1;
    }

    private void Recount()
    {
        int count = 0;
        foreach (ulong word in _words)
            count += BitOperations.PopCount(word);
        Count = count;
    }

    private static byte Reverse(byte value) => (byte)(((value * 0x0802u & 0x22110u) | (value * 0x8020u & 0x88440u)) * 0x10101u >> 16);
}
