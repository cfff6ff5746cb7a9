using System.Buffers;

namespace Pieces.Peers;

/// <summary>
/// Bytes read from a peer and not parsed yet, usually the start of one message. It holds no memory while it is empty, and at most four times its
/// length while it waits for the rest of a message. Not thread-safe.
/// </summary>
internal sealed class PeerInput : IBufferWriter<byte>, IDisposable
{
    /// <summary>Maximum number of bytes of one read.</summary>
    public const int ReadLength = 64 * 1024;

    // Unparsed bytes up to this length are copied to the start of a new buffer. If there are more, they stay in their array, which doubles. The bytes
    // of a long message are then copied only a few times, even if the reads are small.
    private const int LongestCopied = 16 * 1024;
    private const int LeastLength = 256;
    private const int MostSpare = 4;

    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>Number of unparsed bytes.</summary>
    public int Length => _end - _start;

    /// <summary>Size of the held memory in bytes.</summary>
    public int HeldLength => _array.Length;

    /// <summary>The unparsed bytes; valid until the next call of any other member.</summary>
    public ReadOnlySequence<byte> Unread => new(_array, _start, Length);

    /// <summary>Removes parsed bytes from the start.</summary>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Length, nameof(count));
        _start += count;
        if (_start == _end)
            Replace([]);
    }

    /// <summary>Releases memory that is not needed; to be called before waiting for more bytes.</summary>
    public void Settle()
    {
        int most = Length <= LongestCopied ? 2 * Math.Max(LeastLength, Length) : MostSpare * Length;
        if (Length > 0 && _array.Length > most)
            Replace(ArrayPool<byte>.Shared.Rent(Math.Max(LeastLength, Length)));
    }

    /// <summary>Returns the buffer for the next read; <see cref="Advance"/> must then be called with the number of bytes read.</summary>
    public Memory<byte> Prepare()
    {
        // Use up the free space at the end of a doubled array before doubling it again.
        if (Length > LongestCopied && _array.Length - _end >= LongestCopied)
            return _array.AsMemory(_end);
        return GetMemory(Length <= LongestCopied ? ReadLength - Length : Length);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _end), nameof(count));
        _end += count;
        if (_start == _end)
            Replace([]);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        sizeHint = Math.Max(1, sizeHint);
        if (_array.Length - _end < sizeHint)
            Replace(ArrayPool<byte>.Shared.Rent(Math.Max(LeastLength, Length + sizeHint)));
        return _array.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose()
    {
        _start = _end;
        Replace([]);
    }

    private void Replace(byte[] array)
    {
        _array.AsSpan(_start, Length).CopyTo(array);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        (_array, _start, _end) = (array, 0, Length);
    }
}
