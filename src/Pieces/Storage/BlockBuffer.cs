using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// Memory for one block. It has exactly one owner at a time: passing the buffer on passes ownership, and the last owner disposes it, once.
/// </summary>
internal sealed class BlockBuffer : IDisposable
{
    private readonly BlockPool _pool;
    private readonly Memory<byte> _whole;

    internal BlockBuffer(BlockPool pool, Memory<byte> whole)
    {
        _pool = pool;
        _whole = whole;
    }

    /// <summary>The bytes of the block, as many as were rented.</summary>
    public Memory<byte> Memory { get; private set; }

    /// <summary>Length of <see cref="Memory"/>, in bytes.</summary>
    public int Length => Memory.Length;

    internal bool IsRented { get; private set; }

    /// <summary>Returns the memory to its pool.</summary>
    /// <exception cref="InvalidOperationException">The buffer was already disposed: two owners, which is a bug.</exception>
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

/// <summary>
/// Rents block buffers, cut from slabs of native memory outside the garbage-collected heap. Safe for all threads. The most recently returned buffer
/// is rented first, while it is still in the processor's cache. The resident memory of the pool therefore stays at the peak number of rented buffers.
/// </summary>
internal sealed class BlockPool : IDisposable
{
    // Number of blocks per slab: 64 keep the number of slabs low, and a small download still needs only one slab (1 MiB).
    private const int BlocksPerSlab = 64;

    private readonly Lock _gate = new();
    private BlockBuffer[] _free = new BlockBuffer[64];
    private int _freeCount;
    private readonly List<NativeSlab> _slabs = [];
    private Memory<byte> _uncut;
    private int _rented;
    private bool _isDisposed;

    /// <summary>Number of rented buffers. It must be zero once everything has stopped; otherwise a buffer leaks.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Rents a buffer of <paramref name="length"/> bytes, from 1 to <see cref="BlockRequest.MaxLength"/>.</summary>
    public BlockBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, BlockRequest.MaxLength);
        BlockBuffer buffer;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            buffer = _freeCount > 0 ? _free[--_freeCount] : Cut();
            _rented++;
        }

        buffer.MarkRented(length);
        return buffer;
    }

    internal void Return(BlockBuffer buffer)
    {
        lock (_gate)
        {
            _rented--;
            if (_freeCount == _free.Length)
                Array.Resize(ref _free, _freeCount * 2);
            _free[_freeCount++] = buffer;
        }
    }

    /// <summary>Frees the pooled memory when no buffer is rented.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_rented == 0)
                FreeAll();
        }
    }

    /// <summary>Frees the memory, unless a buffer is still rented: leaking the slabs does less harm than memory with two users.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isDisposed = true;
            if (_rented == 0)
                FreeAll();
        }
    }

    private void FreeAll()
    {
        Array.Clear(_free);
        _freeCount = 0;
        _uncut = default;
        foreach (IDisposable slab in _slabs)
            slab.Dispose();
        _slabs.Clear();
    }

    private BlockBuffer Cut()
    {
        if (_uncut.IsEmpty)
        {
            _slabs.Add(new NativeSlab(BlocksPerSlab * BlockRequest.MaxLength));
            _uncut = _slabs[^1].Memory;
        }

        var buffer = new BlockBuffer(this, _uncut[..BlockRequest.MaxLength]);
        _uncut = _uncut[BlockRequest.MaxLength..];
        return buffer;
    }
}
