using System.Buffers;

namespace Pieces.Peers;

/// <summary>
/// Bytes of a peer that were read and are not parsed yet: at rest the beginning of one message. It holds no memory while there are none, and no more
/// than four times what is there while the rest of a message is waited for. Not safe for several threads.
/// </summary>
internal sealed class PeerInput : IBufferWriter<byte>, IDisposable
{
    /// <summary>Bytes that one read may bring.</summary>
    public const int ReadLength = 64 * 1024;

    // A shorter rest is copied in front of a whole read. A longer one stays in its array, which doubles, so that the bytes of a long message are
    // copied only a few times however small the parts are in which it comes.
    private const int LongestCopied = 16 * 1024;
    private const int LeastLength = 256;
    private const int MostSpare = 4;

    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>Number of bytes that are not parsed yet.</summary>
    public int Length => _end - _start;

    /// <summary>Bytes of memory that are held.</summary>
    public int HeldLength => _array.Length;

    /// <summary>The bytes; valid until anything else is called.</summary>
    public ReadOnlySequence<byte> Unread => new(_array, _start, Length);

    /// <summary>The first bytes have been parsed.</summary>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Length, nameof(count));
        _start += count;
        if (_start == _end)
            Replace([]);
    }

    /// <summary>Gives back what is held beyond need: to be called before more is waited for.</summary>
    public void Settle()
    {
        int most = Length <= LongestCopied ? 2 * Math.Max(LeastLength, Length) : MostSpare * Length;
        if (Length > 0 && _array.Length > most)
            Replace(ArrayPool<byte>.Shared.Rent(Math.Max(LeastLength, Length)));
    }

    /// <summary>Where the next read goes; <see cref="Advance"/> says how much came.</summary>
    public Memory<byte> Prepare()
    {
        // The tail of an array that doubled is used up before it doubles again.
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
