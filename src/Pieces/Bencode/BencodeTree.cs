namespace Pieces.Bencode;

/// <summary>A decoded buffer: one array with a small record per value, in the order of the bytes. Immutable.</summary>
internal sealed class BencodeTree
{
    private readonly Record[] _records;

    /// <summary>Takes both without copying; <paramref name="records"/> may have unused elements at the end.</summary>
    public BencodeTree(ReadOnlyMemory<byte> buffer, Record[] records)
    {
        Buffer = buffer;
        _records = records;
    }

    /// <summary>The decoded bytes.</summary>
    public ReadOnlyMemory<byte> Buffer { get; }

    /// <summary>Irregularities that only <see cref="BencodeUse.Lenient"/> accepts.</summary>
    public IReadOnlyList<BencodeException> Oddities { get; init; } = [];

    /// <summary>The record at an index.</summary>
    public ref readonly Record this[int index] => ref _records[index];

    /// <summary>Position of a value. It has 12 bytes; it is kept small because untrusted data may contain a value per two bytes.</summary>
    /// <param name="Start">Offset of its first byte.</param>
    /// <param name="End">Offset after its last byte.</param>
    /// <param name="Next">Index of the first record after it and everything it contains.</param>
    internal readonly record struct Record(int Start, int End, int Next);
}
