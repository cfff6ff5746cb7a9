using System.Collections.Concurrent;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// Memory for one block. Whoever holds it owns it; passing it on is giving it away; the last owner disposes it once.
/// </summary>
internal sealed class BlockBuffer : IDisposable
{
    private readonly BlockPool _pool;
    private readonly ArraySegment<byte> _whole;

    internal BlockBuffer(BlockPool pool, ArraySegment<byte> whole)
    {
        _pool = pool;
        _whole = whole;
    }

    /// <summary>The block's bytes: as many as were rented.</summary>
    public Memory<byte> Memory { get; private set; }

    /// <summary>The same bytes for calls that take many buffers.</summary>
    public ArraySegment<byte> Segment => _whole[..Length];

    /// <summary>Length of <see cref="Memory"/>, in bytes.</summary>
    public int Length => Memory.Length;

    internal bool IsRented { get; private set; }

    /// <summary>Gives the memory back to its pool.</summary>
    /// <exception cref="InvalidOperationException">It was given back already: two owners, a bug.</exception>
    public void Dispose()
    {
        if (!IsRented)
            throw new InvalidOperationException("a block buffer was disposed twice");
        IsRented = false;
        Memory = default;
        _pool.Return(this);
    }

    internal void MarkRented(int length)
    {
        IsRented = true;
        Memory = _whole[..length];
    }
}

/// <summary>Hands out block buffers, cut from pinned slabs so that the socket and the disk need not pin them. Safe for all threads.</summary>
internal sealed class BlockPool
{
    // 64 blocks: large enough that slabs are few, small enough that a small download stays small.
    private const int BlocksPerSlab = 64;

    private readonly ConcurrentStack<BlockBuffer> _free = new();
    private int _rented;

    /// <summary>Buffers that are out. Zero once everything has stopped, or something leaks.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Takes a buffer of <paramref name="length"/> bytes, from 1 to <see cref="BlockRequest.MaxLength"/>.</summary>
    public BlockBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, BlockRequest.MaxLength);
        BlockBuffer? buffer;
        while (!_free.TryPop(out buffer))
            AddSlab();
        buffer.MarkRented(length);
        Interlocked.Increment(ref _rented);
        return buffer;
    }

    internal void Return(BlockBuffer buffer)
    {
        Interlocked.Decrement(ref _rented);
        _free.Push(buffer);
    }

    private void AddSlab()
    {
        byte[] slab = GC.AllocateUninitializedArray<byte>(BlocksPerSlab * BlockRequest.MaxLength, pinned: true);
        var buffers = new BlockBuffer[BlocksPerSlab];
        for (int i = 0; i < BlocksPerSlab; i++)
            buffers[i] = new BlockBuffer(this, new ArraySegment<byte>(slab, i * BlockRequest.MaxLength, BlockRequest.MaxLength));
        _free.PushRange(buffers);
    }
}
