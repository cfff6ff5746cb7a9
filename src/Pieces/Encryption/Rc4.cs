using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pieces.Encryption;

/// <summary>
/// The stream cipher RC4 with its first <see cref="Dropped"/> bytes thrown away, as MSE has it; one direction of one stream. The runtime has none.
/// It is broken as a cipher, and here it is a disguise alone. Not safe for several threads.
/// </summary>
internal sealed class Rc4
{
    /// <summary>Bytes of the key stream that are not used.</summary>
    public const int Dropped = 1024;

    private const int Size = 256;

    private Table _table;
    private byte _i;
    private byte _j;

    /// <summary>Begins the stream of a key.</summary>
    /// <param name="key">1 to 256 bytes.</param>
    public Rc4(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(key.Length, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Size, nameof(key));
        Span<byte> table = _table;
        for (int i = 0; i < Size; i++)
            table[i] = (byte)i;
        byte j = 0;
        for (int i = 0; i < Size; i++)
        {
            j = (byte)(j + table[i] + key[i % key.Length]);
            (table[i], table[j]) = (table[j], table[i]);
        }

        Span<byte> unused = stackalloc byte[Dropped];
        Apply(unused);
    }

    /// <summary>Encrypts or decrypts in place.</summary>
    public void Apply(Span<byte> bytes) => Apply(bytes, bytes);

    /// <summary>Encrypts or decrypts.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Where the result goes: as long, and either the same memory or other memory altogether.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);

        // Eight bytes of the key stream at a time are collected in one register, so that the data is touched once for eight.
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(source);
        Span<ulong> results = MemoryMarshal.Cast<byte, ulong>(destination);
        ref Table table = ref _table;
        uint i = (byte)(_i + 1);
        uint j = _j;
        uint x = table[(byte)i];
        for (int n = 0; n < words.Length && n < results.Length; n++)
        {
            ulong key = Next(ref table, ref i, ref j, ref x);
            key |= Next(ref table, ref i, ref j, ref x) << 8;
            key |= Next(ref table, ref i, ref j, ref x) << 16;
            key |= Next(ref table, ref i, ref j, ref x) << 24;
            key |= Next(ref table, ref i, ref j, ref x) << 32;
            key |= Next(ref table, ref i, ref j, ref x) << 40;
            key |= Next(ref table, ref i, ref j, ref x) << 48;
            key |= Next(ref table, ref i, ref j, ref x) << 56;
            results[n] = words[n] ^ (BitConverter.IsLittleEndian ? key : BinaryPrimitives.ReverseEndianness(key));
        }

        for (int n = words.Length * sizeof(ulong); n < source.Length; n++)
            destination[n] = (byte)(source[n] ^ Next(ref table, ref i, ref j, ref x));
        _i = (byte)(i - 1);
        _j = (byte)j;
    }

    // One byte of the key stream. The entry that the next byte needs first (x, at i) is read before this one's two are swapped, unless it is one of
    // them: so it need not wait for the swap to reach memory, which is what makes the plain form slow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Next(ref Table table, ref uint i, ref uint j, ref uint x)
    {
        j = (byte)(j + x);
        uint y = table[(byte)j];
        uint following = (byte)(i + 1);
        uint ahead = table[(byte)following];
        table[(byte)j] = (byte)x;
        table[(byte)i] = (byte)y;
        ulong key = table[(byte)(x + y)];
        i = following;
        x = following == j ? x : ahead;
        return key;
    }

    // Its length is known to the compiler, so an index of one byte needs no check.
    [InlineArray(Size)]
    private struct Table
    {
        private byte _first;
    }
}
