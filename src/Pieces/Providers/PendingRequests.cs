using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>A request that is out.</summary>
/// <param name="Block">What was asked for.</param>
/// <param name="SentAt">Timestamp of asking.</param>
/// <param name="IsLate">Whether others may be asked for it too.</param>
internal readonly record struct PendingRequest(BlockRequest Block, long SentAt, bool IsLate);

/// <summary>
/// The requests that are out to one peer, in the order of sending. Answers mostly come in that order, and then everything is O(1); an answer out
/// of order costs a search. It also remembers what was cancelled lately, since such an answer may be on its way.
/// </summary>
internal sealed class PendingRequests
{
    /// <summary>So many cancelled requests are remembered.</summary>
    public const int MaxCancelled = 1024;

    // Most connected peers are never asked for anything; those hold no memory for it.
    private const int FirstLength = 16;

    // A ring whose length is a power of two; an entry whose block has length 0 was answered out of order.
    private PendingRequest[] _ring = [];
    private int _head;
    private int _span;
    private BlockRequest[] _cancelled = [];
    private int _nextCancelled;

    /// <summary>Requests that are out, late ones included.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest one; false when there is none.</summary>
    public bool TryPeekOldest(out PendingRequest oldest)
    {
        oldest = Count == 0 ? default : At(0);
        return Count > 0;
    }

    /// <summary>Remembers a request that goes out now.</summary>
    public void Add(BlockRequest block, long now)
    {
        if (_span == _ring.Length)
            MakeRoom();
        At(_span++) = new PendingRequest(block, now, IsLate: false);
        Count++;
    }

    /// <summary>Whether a block is asked for.</summary>
    public bool Contains(BlockRequest block) => Find(block) >= 0;

    /// <summary>Takes a request out: it was answered, rejected or is given up. False when it is not there.</summary>
    public bool TryRemove(BlockRequest block, out PendingRequest request)
    {
        int at = Find(block);
        request = at < 0 ? default : At(at);
        if (at >= 0)
            RemoveAt(at);
        return at >= 0;
    }

    /// <summary>Marks the requests that were sent before a timestamp as late and appends those that were not late yet.</summary>
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

    /// <summary>Takes out the requests that were sent before a timestamp, remembers them as cancelled and appends them.</summary>
    public void TakeExpired(long sentBefore, List<PendingRequest> into)
    {
        while (Count > 0 && At(0).SentAt < sentBefore)
        {
            into.Add(At(0));
            RememberCancelled(At(0).Block);
            RemoveAt(0);
        }
    }

    /// <summary>Takes out everything, remembers it as cancelled and appends it.</summary>
    public void TakeAll(List<PendingRequest> into) => TakeExpired(long.MaxValue, into);

    /// <summary>Goes back from the newest: <paramref name="cursor"/> begins at 0 and is to be handed in again.</summary>
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

    /// <summary>Remembers that a request was cancelled: should the block come all the same, that is no fault.</summary>
    public void RememberCancelled(BlockRequest block)
    {
        if (_nextCancelled == _cancelled.Length && _cancelled.Length < MaxCancelled)
            Array.Resize(ref _cancelled, Math.Max(32, _cancelled.Length * 2));
        if (_nextCancelled == _cancelled.Length)
            _nextCancelled = 0;
        _cancelled[_nextCancelled++] = block;
    }

    /// <summary>Whether a block was cancelled lately. It is forgotten by this: it can come once.</summary>
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
