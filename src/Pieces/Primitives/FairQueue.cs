using System.Diagnostics.CodeAnalysis;

namespace Pieces.Primitives;

/// <summary>
/// Waiting work of several owners, who take turns: an owner with a thousand items delays another one by a single item. The items of one owner stay in
/// their order. Not safe for several threads. Pure.
/// </summary>
internal sealed class FairQueue<TOwner, TItem>
    where TOwner : notnull
{
    private readonly LinkedList<Lane> _turns = new();
    private readonly Dictionary<TOwner, Lane> _lanes = [];

    /// <summary>Items that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Puts an item behind those of its owner.</summary>
    /// <returns>Whether it is the only one of its owner.</returns>
    public bool Add(TOwner owner, TItem item)
    {
        bool isOnly = !_lanes.TryGetValue(owner, out Lane? lane);
        if (lane is null)
        {
            _lanes.Add(owner, lane = new Lane(owner));
            _turns.AddLast(lane);
        }

        lane.Items.Enqueue(item);
        Count++;
        return isOnly;
    }

    /// <summary>Takes the item whose owner's turn it is, among the owners that may have one taken.</summary>
    public bool TryTake(Func<TOwner, bool> mayTake, [MaybeNullWhen(false)] out TItem item) => TryTake(mayTake, out _, out item);

    /// <summary>As the other, and says whose it is.</summary>
    public bool TryTake(Func<TOwner, bool> mayTake, [MaybeNullWhen(false)] out TOwner owner, [MaybeNullWhen(false)] out TItem item)
    {
        for (LinkedListNode<Lane>? node = _turns.First; node is not null; node = node.Next)
        {
            Lane lane = node.Value;
            if (!mayTake(lane.Owner))
                continue;
            owner = lane.Owner;
            item = lane.Items.Dequeue();
            Count--;
            _turns.Remove(node);
            if (lane.Items.Count > 0)
                _turns.AddLast(node);
            else
                _lanes.Remove(lane.Owner);
            return true;
        }

        owner = default;
        item = default;
        return false;
    }

    /// <summary>Takes everything of one owner out, in its order.</summary>
    public IReadOnlyList<TItem> RemoveAll(TOwner owner)
    {
        if (!_lanes.Remove(owner, out Lane? lane))
            return [];
        _turns.Remove(lane);
        Count -= lane.Items.Count;
        return [.. lane.Items];
    }

    private sealed class Lane
    {
        public Lane(TOwner owner) => Owner = owner;

        public TOwner Owner { get; }

        public Queue<TItem> Items { get; } = new();
    }
}
