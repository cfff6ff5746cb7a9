using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pieces.Encryption;

/// <summary>Where keys and padding come from.</summary>
internal sealed class ByteChance
{
    private readonly Action<byte[]> _fill;

    private ByteChance(Action<byte[]> fill) => _fill = fill;

    /// <summary>Chance that nobody can guess, also who has seen much of it: what keys need.</summary>
    public static ByteChance Unguessable() => new(bytes => RandomNumberGenerator.Fill(bytes));

    /// <summary>Chance that repeats itself, for tests. The source is this object's from now on, used under a lock.</summary>
    public static ByteChance Of(Random random) => new(bytes =>
    {
        lock (random)
            random.NextBytes(bytes);
    });

    /// <summary>So many bytes.</summary>
    public byte[] Next(int count)
    {
        byte[] bytes = new byte[count];
        _fill(bytes);
        return bytes;
    }

    /// <summary>From 0 to <paramref name="most"/> bytes.</summary>
    public byte[] Padding(int most) => Next(BinaryPrimitives.ReadUInt16LittleEndian(Next(sizeof(ushort))) % (most + 1));
}
