using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pieces.Encryption;

/// <summary>Source of random bytes for keys and padding.</summary>
internal sealed class ByteChance
{
    private readonly Action<byte[]> _fill;

    private ByteChance(Action<byte[]> fill) => _fill = fill;

    /// <summary>Cryptographically secure random bytes.</summary>
    public static ByteChance Unguessable() => new(bytes => RandomNumberGenerator.Fill(bytes));

    /// <summary>Repeatable random bytes, for tests. Takes ownership of the source, which is used under a lock.</summary>
    public static ByteChance Of(Random random) => new(bytes =>
    {
        lock (random)
            random.NextBytes(bytes);
    });

    /// <summary>Returns <paramref name="count"/> random bytes.</summary>
    public byte[] Next(int count)
    {
        byte[] bytes = new byte[count];
        _fill(bytes);
        return bytes;
    }

    /// <summary>Returns 0 to <paramref name="most"/> random bytes.</summary>
    public byte[] Padding(int most) => Next(BinaryPrimitives.ReadUInt16LittleEndian(Next(sizeof(ushort))) % (most + 1));
}
