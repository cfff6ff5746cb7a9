using System.Buffers;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>A queue of bytes in one pooled array. It holds no array while it is empty.</summary>
internal struct ByteRing
{
    private const int FirstLength = 256;

    private byte[]? _array;
    private int _head;

    /// <summary>Number of queued bytes.</summary>
    public int Count { get; private set; }

    /// <summary>Appends bytes.</summary>
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

    /// <summary>Removes the first bytes and copies them to <paramref name="destination"/>. The queue must contain enough bytes.</summary>
    public void Read(Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        int first = Math.Min(destination.Length, _array!.Length - _head);
        _array.AsSpan(_head, first).CopyTo(destination);
        _array.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        Skip(destination.Length);
    }

    /// <summary>Removes the first bytes. The queue must contain enough bytes.</summary>
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

    /// <summary>Removes the last bytes. The queue must contain enough bytes.</summary>
    public void DropLast(int count)
    {
        if (count == Count)
            Skip(count);
        else
            Count -= count;
    }

    // The arrays of the shared pool have lengths that are powers of two, at least 16.
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
