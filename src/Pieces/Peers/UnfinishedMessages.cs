namespace Pieces.Peers;

/// <summary>
/// Bounds the memory that messages whose end has not come hold, over all connections of a client. When it is used up, the message that was begun
/// first makes room: an honest one ends within moments. Safe for all threads.
/// </summary>
internal sealed class UnfinishedMessages
{
    /// <summary>Bytes that may be held at one time.</summary>
    public const long DefaultCapacity = 8 * 1024 * 1024;

    /// <summary>What a connection may hold without being counted: the number of connections bounds it.</summary>
    public const int Uncounted = 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<UnfinishedMessage> _byAge = new();
    private readonly long _capacity;
    private long _held;

    /// <summary>Makes the budget.</summary>
    public UnfinishedMessages(long capacity = DefaultCapacity) => _capacity = capacity;

    /// <summary>Bytes that are held now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
                return _held;
        }
    }

    /// <summary>The unfinished message of one connection.</summary>
    /// <param name="evict">Closes the connection; called on any thread, at most once for each message.</param>
    public UnfinishedMessage Open(Action evict) => new(this, evict);

    /// <summary>Counts what a message holds now. Those that were begun before it are closed until there is room.</summary>
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

/// <summary>
/// What one connection holds of a message whose end has not come, and whether it waits for it. One thread reports; any thread may ask.
/// </summary>
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

    /// <summary>Whether the rest of a message is being waited for.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>How many times messages were complete, so that two looks can tell whether it is still the same one.</summary>
    public int Completed => Volatile.Read(ref _completed);

    /// <summary>Its place among all of them; null while nothing is counted. Owned by the budget.</summary>
    internal LinkedListNode<UnfinishedMessage>? Node { get; set; }

    /// <summary>Bytes that are counted. Owned by the budget.</summary>
    internal int Held { get; set; }

    /// <summary>The rest of a message is waited for.</summary>
    /// <param name="heldBytes">What is held meanwhile, beside the buffer of a block, which every connection may have.</param>
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
