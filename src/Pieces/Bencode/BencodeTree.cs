namespace Pieces.Bencode;

/// <summary>A decoded buffer: every value of it as one small record in one array, in the order of the bytes. Immutable once read.</summary>
internal sealed class BencodeTree
{
    private readonly Record[] _records;

    /// <summary>Keeps both without copying; <paramref name="records"/> may be longer than what is in use.</summary>
    public BencodeTree(ReadOnlyMemory<byte> buffer, Record[] records)
    {
        Buffer = buffer;
        _records = records;
    }

    /// <summary>The bytes that were decoded.</summary>
    public ReadOnlyMemory<byte> Buffer { get; }

    /// <summary>What only a lenient reader accepts.</summary>
    public IReadOnlyList<BencodeException> Oddities { get; init; } = [];

    /// <summary>The record at a position that a node holds.</summary>
    public ref readonly Record this[int index] => ref _records[index];

    /// <summary>Where a value stands: 12 bytes, since the shortest value is two bytes long and a stranger chooses how many there are.</summary>
    /// <param name="Start">Offset of its first byte.</param>
    /// <param name="End">Offset after its last byte.</param>
    /// <param name="Next">Position of the first record after it and all that it contains.</param>
    internal readonly record struct Record(int Start, int End, int Next);
}
