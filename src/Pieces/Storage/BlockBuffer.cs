using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// Memory for one block. Whoever holds it owns it; passing it on is giving it away; the last owner disposes it once.
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

    /// <summary>The block's bytes: as many as were rented.</summary>
    public Memory<byte> Memory { get; private set; }

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

/// <summary>
/// Hands out block buffers, cut from slabs outside the collector's heap. Safe for all threads. The buffer given back last goes out
/// first, while the processor has it in its cache, so the pool's resident memory is what was in use at one time.
/// </summary>
internal sealed class BlockPool : IDisposable
{
    // 64 blocks: large enough that slabs are few, small enough that a small download stays small.
    private const int BlocksPerSlab = 64;

    private readonly Lock _gate = new();
    private BlockBuffer[] _free = new BlockBuffer[64];
    private int _freeCount;
    private readonly List<NativeSlab> _slabs = [];
    private Memory<byte> _uncut;
    private int _rented;
    private bool _isDisposed;

    /// <summary>Buffers that are out. Zero once everything has stopped, or something leaks.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Takes a buffer of <paramref name="length"/> bytes, from 1 to <see cref="BlockRequest.MaxLength"/>.</summary>
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

    /// <summary>Gives memory that is kept for a next time back to the system, when no buffer is out.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_rented == 0)
                FreeAll();
        }
    }

    /// <summary>Gives the memory back to the system. A buffer that is still out keeps all of it: a leak does less harm than memory used by two.</summary>
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
