namespace Pieces.Torrents;

/// <summary>
/// The connections with peers that a client may have at one time, dials among them, shared by its torrents: each is sure of an even part, and may use
/// what the others leave. Safe for all threads.
/// </summary>
internal sealed class ConnectionBudget
{
    private readonly Lock _gate = new();
    private readonly List<ConnectionShare> _shares = [];
    private readonly int _capacity;
    private int _used;

    /// <summary>Makes a budget of <paramref name="capacity"/> connections.</summary>
    public ConnectionBudget(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
    }

    /// <summary>Strangers that may shake hands at one time, beside the connections.</summary>
    public int Handshakes => Math.Clamp(_capacity / 4, 2, HandshakeRoom.MaxHandshakes);

    /// <summary>Connections that exist now.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>A torrent begins; it ends with the share's disposal.</summary>
    /// <param name="shed">Asks the torrent to close its least useful connection, for another torrent; called on any thread.</param>
    public ConnectionShare Join(Action shed)
    {
        var share = new ConnectionShare(this, shed);
        lock (_gate)
            _shares.Add(share);
        return share;
    }

    /// <summary>The system has no descriptor left: the torrent with the most connections is to close its least useful one.</summary>
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

    // Whether a torrent may have so many connections at this moment. Where it is only others that use more than their part, the largest gives one up.
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

/// <summary>The part of one torrent in a <see cref="ConnectionBudget"/>. Safe for all threads.</summary>
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

    /// <summary>Connections of the torrent, dials among them.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Whether the connections that the torrent has are within what it may have.</summary>
    public bool IsWithin => _budget.Allows(this, 0);

    /// <summary>Whether the torrent may open one connection more. Where others use more than their part, one of theirs is closed for it.</summary>
    public bool MayOpenOne() => _budget.Allows(this, 1);

    /// <summary>Takes a place for a connection.</summary>
    public void Take()
    {
        Interlocked.Increment(ref _used);
        _budget.Count(1);
    }

    /// <summary>Gives a place back.</summary>
    public void GiveBack()
    {
        Interlocked.Decrement(ref _used);
        _budget.Count(-1);
    }

    /// <inheritdoc/>
    public void Dispose() => _budget.Leave(this);

    internal void AskToShed() => _shed();
}
