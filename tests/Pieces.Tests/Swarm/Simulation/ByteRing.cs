using System.Buffers;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>A queue of bytes in one pooled array; holds none while it is empty.</summary>
internal struct ByteRing
{
    private const int FirstLength = 256;

    private byte[]? _array;
    private int _head;

    /// <summary>Bytes in it.</summary>
    public int Count { get; private set; }

    /// <summary>Puts bytes behind the others.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Reserve(Count + bytes.Length);
        int tail = (_head + Count) & (_array!.Length - 1);
        int first = Math.Min(bytes.Length, _array.Length - tail);
        bytes[..first].CopyTo(_array.AsSpan(tail));
        bytes[first..].CopyTo(_array);
        Count += bytes.Length;
    }

    /// <summary>Takes the first bytes; there must be as many.</summary>
    public void Read(Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        int first = Math.Min(destination.Length, _array!.Length - _head);
        _array.AsSpan(_head, first).CopyTo(destination);
        _array.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        Skip(destination.Length);
    }

    /// <summary>Drops the first bytes; there must be as many.</summary>
    public void Skip(int count)
    {
        if (count == 0)
            return;
        Count -= count;
        _head = (_head + count) & (_array!.Length - 1);
        if (Count > 0)
            return;
        ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _head = 0;
    }

    /// <summary>Drops the last bytes; there must be as many.</summary>
    public void DropLast(int count)
    {
        if (count == Count)
            Skip(count);
        else
            Count -= count;
    }

    // Rented lengths of the shared pool are powers of two, from 16 on.
    private void Reserve(int count)
    {
        if (_array is not null && count <= _array.Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(count, FirstLength));
        if (_array is not null)
        {
            int first = Math.Min(Count, _array.Length - _head);
            _array.AsSpan(_head, first).CopyTo(larger);
            _array.AsSpan(0, Count - first).CopyTo(larger.AsSpan(first));
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
        _head = 0;
    }
}
