using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pieces.Encryption;

/// <summary>
/// The stream cipher RC4 without its first <see cref="Dropped"/> bytes, as MSE specifies, for one direction of one stream. The runtime has no RC4. It
/// is insecure as a cipher and serves only to disguise the protocol. Not thread-safe.
/// </summary>
internal sealed class Rc4
{
    /// <summary>Number of bytes dropped from the start of the key stream.</summary>
    public const int Dropped = 1024;

    private const int Size = 256;

    private Table _table;
    private byte _i;
    private byte _j;

    /// <summary>Starts the key stream of a key.</summary>
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
    /// <param name="destination">Receives the result: of the same length, and either the same memory or not overlapping at all.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);

        // Eight bytes of the key stream are collected in a register, so that source and destination are accessed once per eight bytes.
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

    // One byte of the key stream. The table entry that the next byte needs first (x, at i) is read before the two entries of this byte are swapped,
    // unless it is one of them. So the read need not wait for the swap to reach memory, which makes the plain algorithm slow.
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

    // The compiler knows the length, so a byte index needs no bounds check.
    [InlineArray(Size)]
    private struct Table
    {
        private byte _first;
    }
}
