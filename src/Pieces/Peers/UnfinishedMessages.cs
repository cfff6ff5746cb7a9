namespace Pieces.Peers;

/// <summary>
/// Limits the memory of incomplete messages over all connections of a client. When the limit is reached, the connection with the oldest incomplete
/// message is closed: an honest peer completes a message within moments. Safe for all threads.
/// </summary>
internal sealed class UnfinishedMessages
{
    /// <summary>Maximum memory of incomplete messages over all connections of a client, in bytes.</summary>
    public const long DefaultCapacity = 8 * 1024 * 1024;

    /// <summary>Number of bytes per connection that are not counted, since the number of connections limits them.</summary>
    public const int Uncounted = 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<UnfinishedMessage> _byAge = new();
    private readonly long _capacity;
    private long _held;

    /// <summary>Creates the budget.</summary>
    /// <param name="capacity">The limit in bytes.</param>
    public UnfinishedMessages(long capacity = DefaultCapacity) => _capacity = capacity;

    /// <summary>Number of bytes counted now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
                return _held;
        }
    }

    /// <summary>Registers a connection.</summary>
    /// <param name="evict">Closes the connection; called on any thread, at most once per message.</param>
    public UnfinishedMessage Open(Action evict) => new(this, evict);

    /// <summary>Counts the memory of a message. Connections with older messages are closed until the limit is met.</summary>
    internal void Hold(UnfinishedMessage message, int bytes)
    {
        List<UnfinishedMessage>? evicted = null;
        lock (_gate)
        {
            if (message.Node is null)
                message.Node = _byAge.AddLast(message);
            _held += bytes - message.Held;
            message.Held = bytes;
            while (_held > _capacity && _byAge.First is { } oldest)
            {
                Remove(oldest.Value);
                (evicted ??= []).Add(oldest.Value);
            }
        }

        foreach (UnfinishedMessage other in evicted ?? [])
            other.Evict();
    }

    /// <summary>A message is complete, or its connection has ended.</summary>
    internal void Release(UnfinishedMessage message)
    {
        lock (_gate)
            Remove(message);
    }

    private void Remove(UnfinishedMessage message)
    {
        if (message.Node is null)
            return;
        _byAge.Remove(message.Node);
        message.Node = null;
        _held -= message.Held;
        message.Held = 0;
    }
}

/// <summary>The memory of one connection's incomplete message, and whether there is one. Updated by one thread; may be read by any thread.</summary>
internal sealed class UnfinishedMessage
{
    private readonly UnfinishedMessages _budget;
    private readonly Action _evict;
    private int _completed;
    private volatile bool _isWaiting;

    internal UnfinishedMessage(UnfinishedMessages budget, Action evict)
    {
        _budget = budget;
        _evict = evict;
    }

    /// <summary>Whether a message is incomplete.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>Number of completions so far; a change shows that an incomplete message is not the same as before.</summary>
    public int Completed => Volatile.Read(ref _completed);

    /// <summary>Its entry in the list by age; null while nothing is counted. Owned by the budget.</summary>
    internal LinkedListNode<UnfinishedMessage>? Node { get; set; }

    /// <summary>Number of counted bytes. Owned by the budget.</summary>
    internal int Held { get; set; }

    /// <summary>A message is incomplete.</summary>
    /// <param name="heldBytes">Memory of the incomplete message in bytes, without the buffer of a block, which every connection may have.</param>
    public void Wait(int heldBytes)
    {
        _isWaiting = true;
        if (heldBytes > UnfinishedMessages.Uncounted || Node is not null)
            _budget.Hold(this, heldBytes);
    }

    /// <summary>The message is complete.</summary>
    public void Complete()
    {
        _isWaiting = false;
        Volatile.Write(ref _completed, _completed + 1);
        if (Node is not null)
            _budget.Release(this);
    }

    /// <summary>Closes the connection.</summary>
    internal void Evict() => _evict();
}
