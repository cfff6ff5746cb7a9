namespace Pieces.Storage;

/// <summary>
/// Memory, in bytes, that the open pieces of all torrents of one client may hold. Reservations are the back-pressure: while one is refused, the
/// torrent requests no blocks of new pieces.
/// </summary>
internal sealed class MemoryBudget
{
    private readonly Lock _gate = new();
    private long _reserved;

    public MemoryBudget(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
    }

    /// <summary>Maximum number of reserved bytes.</summary>
    public long Capacity { get; }

    /// <summary>Length of the longest piece that is assembled in memory, in bytes. A longer piece is written to its file block by block.</summary>
    public long LargestWholePiece => Capacity / 8;

    /// <summary>Number of bytes reserved now.</summary>
    public long Reserved
    {
        get
        {
            lock (_gate)
                return _reserved;
        }
    }

    /// <summary>Reserves bytes; false when the budget does not suffice. Never waits.</summary>
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

    /// <summary>Returns reserved bytes to the budget.</summary>
    public void Release(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_gate)
        {
            if (bytes > _reserved)
                throw new InvalidOperationException($"{bytes} bytes released, {_reserved} were reserved");
            _reserved -= bytes;
        }
    }
}
