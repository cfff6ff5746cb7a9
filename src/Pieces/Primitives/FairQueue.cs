using System.Diagnostics.CodeAnalysis;

namespace Pieces.Primitives;

/// <summary>
/// A queue in which several owners take turns: an owner with a thousand items delays another owner by a single item. The items of one owner stay in
/// order. Not thread-safe. Pure.
/// </summary>
internal sealed class FairQueue<TOwner, TItem>
    where TOwner : notnull
{
    private readonly LinkedList<Lane> _turns = new();
    private readonly Dictionary<TOwner, Lane> _lanes = [];

    /// <summary>Number of waiting items.</summary>
    public int Count { get; private set; }

    /// <summary>Appends an item to the items of its owner.</summary>
    /// <returns>Whether it is the owner's only item.</returns>
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

    /// <summary>Takes an item of the next owner in turn, among the owners for which <paramref name="mayTake"/> returns true.</summary>
    public bool TryTake(Func<TOwner, bool> mayTake, [MaybeNullWhen(false)] out TItem item) => TryTake(mayTake, out _, out item);

    /// <summary>Like the other overload, and also returns the owner of the item.</summary>
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

    /// <summary>Removes all items of one owner, and returns them in order.</summary>
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
