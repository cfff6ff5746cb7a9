using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>A pending request.</summary>
/// <param name="Block">The requested block.</param>
/// <param name="SentAt">Timestamp at which the request was sent.</param>
/// <param name="IsLate">Whether the block may be requested from other providers, too.</param>
internal readonly record struct PendingRequest(BlockRequest Block, long SentAt, bool IsLate);

/// <summary>
/// The pending requests of one provider, in the order of sending. Answers mostly arrive in that order, and then all operations are O(1). An answer
/// that is out of order costs a search. Also remembers recently cancelled requests, whose answers may be on their way.
/// </summary>
internal sealed class PendingRequests
{
    /// <summary>Maximum number of remembered cancelled requests per provider.</summary>
    public const int MaxCancelled = 1024;

    // Nothing is ever requested from most connected peers, so no memory is allocated for them at first.
    private const int FirstLength = 16;

    // A ring buffer whose length is a power of two. An entry whose block has length 0 is a request that was removed before an older one.
    private PendingRequest[] _ring = [];
    private int _head;
    private int _span;
    private BlockRequest[] _cancelled = [];
    private int _nextCancelled;

    /// <summary>Number of pending requests, including late ones.</summary>
    public int Count { get; private set; }

    /// <summary>Returns the oldest pending request, or false if there is none.</summary>
    public bool TryPeekOldest(out PendingRequest oldest)
    {
        oldest = Count == 0 ? default : At(0);
        return Count > 0;
    }

    /// <summary>Adds a request that is being sent.</summary>
    public void Add(BlockRequest block, long now)
    {
        if (_span == _ring.Length)
            MakeRoom();
        At(_span++) = new PendingRequest(block, now, IsLate: false);
        Count++;
    }

    /// <summary>Whether a request for the block is pending.</summary>
    public bool Contains(BlockRequest block) => Find(block) >= 0;

    /// <summary>Removes a request that was answered, rejected or given up. Returns false if it is not pending.</summary>
    public bool TryRemove(BlockRequest block, out PendingRequest request)
    {
        int at = Find(block);
        request = at < 0 ? default : At(at);
        if (at >= 0)
            RemoveAt(at);
        return at >= 0;
    }

    /// <summary>Marks the requests that were sent before a timestamp as late, and appends those that were not late before.</summary>
    public void MarkLate(long sentBefore, List<BlockRequest> into)
    {
        for (int i = 0; i < _span && At(i).SentAt < sentBefore; i++)
        {
            ref PendingRequest request = ref At(i);
            if (request.IsLate || request.Block.Length == 0)
                continue;
            request = request with { IsLate = true };
            into.Add(request.Block);
        }
    }

    /// <summary>Removes the requests that were sent before a timestamp, remembers them as cancelled, and appends them.</summary>
    public void TakeExpired(long sentBefore, List<PendingRequest> into)
    {
        while (Count > 0 && At(0).SentAt < sentBefore)
        {
            into.Add(At(0));
            RememberCancelled(At(0).Block);
            RemoveAt(0);
        }
    }

    /// <summary>Removes all requests, remembers them as cancelled, and appends them.</summary>
    public void TakeAll(List<PendingRequest> into) => TakeExpired(long.MaxValue, into);

    /// <summary>Iterates from the newest request to the oldest. <paramref name="cursor"/> starts at 0 and must be passed back unchanged.</summary>
    public bool TryStepBack(ref int cursor, out PendingRequest request)
    {
        while (cursor < _span)
        {
            request = At(_span - 1 - cursor++);
            if (request.Block.Length > 0)
                return true;
        }

        request = default;
        return false;
    }

    /// <summary>Remembers that a request was cancelled. If the block still arrives, that is not an offence.</summary>
    public void RememberCancelled(BlockRequest block)
    {
        if (_nextCancelled == _cancelled.Length && _cancelled.Length < MaxCancelled)
            Array.Resize(ref _cancelled, Math.Max(32, _cancelled.Length * 2));
        if (_nextCancelled == _cancelled.Length)
            _nextCancelled = 0;
        _cancelled[_nextCancelled++] = block;
    }

    /// <summary>Whether a block was cancelled recently. The block is then forgotten, since it can arrive only once.</summary>
    public bool TakeCancelled(BlockRequest block)
    {
        int at = Array.IndexOf(_cancelled, block);
        if (at >= 0)
            _cancelled[at] = default;
        return at >= 0;
    }

    private ref PendingRequest At(int offset) => ref _ring[(_head + offset) & (_ring.Length - 1)];

    private int Find(BlockRequest block)
    {
        for (int i = 0; i < _span; i++)
        {
            if (At(i).Block == block)
                return i;
        }

        return -1;
    }

    private void RemoveAt(int offset)
    {
        At(offset) = default;
        Count--;
        while (_span > 0 && At(0).Block.Length == 0)
        {
            _head = (_head + 1) & (_ring.Length - 1);
            _span--;
        }

        while (_span > 0 && At(_span - 1).Block.Length == 0)
            _span--;
    }

    private void MakeRoom()
    {
        int length = Math.Max(FirstLength, Count > _ring.Length / 2 ? _ring.Length * 2 : _ring.Length);
        var ring = new PendingRequest[length];
        int live = 0;
        for (int i = 0; i < _span; i++)
        {
            if (At(i).Block.Length > 0)
                ring[live++] = At(i);
        }

        _ring = ring;
        _head = 0;
        _span = live;
    }
}
