namespace Pieces.Storage;

/// <summary>Bytes that open pieces may hold, for all torrents of one client. Reserving is the back-pressure: refused means ask for nothing now.</summary>
internal sealed class MemoryBudget
{
    private readonly Lock _gate = new();
    private long _reserved;

    /// <summary>Makes a budget of <paramref name="capacity"/> bytes.</summary>
    public MemoryBudget(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
    }

    /// <summary>Bytes that may be reserved at one time.</summary>
    public long Capacity { get; }

    /// <summary>Longest piece that is assembled in memory whole, in bytes; a longer one goes to its file block by block.</summary>
    public long LargestWholePiece => Capacity / 8;

    /// <summary>Bytes reserved now.</summary>
    public long Reserved
    {
        get
        {
            lock (_gate)
                return _reserved;
        }
    }

    /// <summary>Reserves, or says no; never waits.</summary>
    public bool TryReserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        lock (_gate)
        {
            if (bytes > Capacity - _reserved)
                return false;
            _reserved += bytes;
            return true;
        }
    }

    /// <summary>Gives back what was reserved.</summary>
    public void Release(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_gate)
        {
            if (bytes > _reserved)
                throw new InvalidOperationException($"{bytes} bytes given back, {_reserved} were reserved");
            _reserved -= bytes;
        }
    }
}
