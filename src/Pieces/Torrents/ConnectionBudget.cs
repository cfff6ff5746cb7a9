namespace Pieces.Torrents;

/// <summary>
/// Limits the number of peer connections of a client, dials included, over all its torrents. Each torrent is guaranteed an equal share and may use
/// what the other torrents leave unused. Thread-safe.
/// </summary>
internal sealed class ConnectionBudget
{
    private readonly Lock _gate = new();
    private readonly List<ConnectionShare> _shares = [];
    private readonly int _capacity;
    private int _used;

    public ConnectionBudget(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
    }

    /// <summary>Maximum number of inbound handshakes in progress. They are not counted as connections.</summary>
    public int Handshakes => Math.Clamp(_capacity / 4, 2, HandshakeRoom.MaxHandshakes);

    /// <summary>Number of open connections and dials.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Adds a torrent. Disposing of the returned share removes it.</summary>
    /// <param name="shed">Asks the torrent to close its least useful connection in favour of another torrent. It is called on any thread.</param>
    public ConnectionShare Join(Action shed)
    {
        var share = new ConnectionShare(this, shed);
        lock (_gate)
            _shares.Add(share);
        return share;
    }

    /// <summary>The system has no file descriptor left: asks the torrent with the most connections to close its least useful one.</summary>
    public void Shed()
    {
        ConnectionShare? largest;
        lock (_gate)
            largest = _shares.MaxBy(share => share.Used);
        if (largest is { Used: > 0 })
            largest.AskToShed();
    }

    internal void Leave(ConnectionShare share)
    {
        lock (_gate)
            _shares.Remove(share);
    }

    // Whether the torrent may have `more` additional connections now. If the budget is used up but this torrent is below its equal share, the torrent
    // with the most connections is asked to close one.
    internal bool Allows(ConnectionShare share, int more)
    {
        int part;
        lock (_gate)
            part = Math.Max(1, _capacity / Math.Max(1, _shares.Count));
        if (Used + more <= _capacity)
            return true;
        if (share.Used + more > part)
            return false;
        Shed();
        return true;
    }

    internal void Count(int change) => Interlocked.Add(ref _used, change);
}

/// <summary>The share of one torrent in a <see cref="ConnectionBudget"/>. Thread-safe.</summary>
internal sealed class ConnectionShare : IDisposable
{
    private readonly ConnectionBudget _budget;
    private readonly Action _shed;
    private int _used;

    internal ConnectionShare(ConnectionBudget budget, Action shed)
    {
        _budget = budget;
        _shed = shed;
    }

    /// <summary>Number of the torrent's open connections and dials.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Whether the torrent has no more connections than it may have.</summary>
    public bool IsWithin => _budget.Allows(this, 0);

    /// <summary>
    /// Whether the torrent may open one more connection. If other torrents exceed their share, one of their connections is closed to make room.
    /// </summary>
    public bool MayOpenOne() => _budget.Allows(this, 1);

    /// <summary>Counts one connection.</summary>
    public void Take()
    {
        Interlocked.Increment(ref _used);
        _budget.Count(1);
    }

    /// <summary>Removes one connection from the count.</summary>
    public void GiveBack()
    {
        Interlocked.Decrement(ref _used);
        _budget.Count(-1);
    }

    /// <inheritdoc/>
    public void Dispose() => _budget.Leave(this);

    internal void AskToShed() => _shed();
}
