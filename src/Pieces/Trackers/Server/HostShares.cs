using System.Diagnostics.CodeAnalysis;
using Pieces.Net;

namespace Pieces.Trackers.Server;

/// <summary>
/// The items of each host in a tracker's table, oldest first. The host with the most items is found without a search. Not thread-safe.
/// </summary>
internal sealed class HostShares<TItem>
    where TItem : class
{
    private readonly Dictionary<BudgetKey, Share> _shares = [];
    private readonly SortedSet<Share> _bySize = new(Comparer<Share>.Create(
        (left, right) => left.Items.Count != right.Items.Count
            ? left.Items.Count.CompareTo(right.Items.Count)
            : left.Number.CompareTo(right.Number)));

    private long _lastNumber;

    /// <summary>Number of items of one host.</summary>
    public int CountOf(BudgetKey host) => _shares.TryGetValue(host, out Share? share) ? share.Items.Count : 0;

    /// <summary>Adds an item after the others of its host.</summary>
    public void Add(BudgetKey host, LinkedListNode<TItem> item)
    {
        if (!_shares.TryGetValue(host, out Share? share))
            _shares.Add(host, share = new Share(++_lastNumber));
        _bySize.Remove(share);
        share.Items.AddLast(item);
        _bySize.Add(share);
    }

    /// <summary>Removes an item.</summary>
    public void Remove(BudgetKey host, LinkedListNode<TItem> item)
    {
        Share share = _shares[host];
        _bySize.Remove(share);
        share.Items.Remove(item);
        if (share.Items.Count > 0)
            _bySize.Add(share);
        else
            _shares.Remove(host);
    }

    /// <summary>The oldest item of the host with the most items, if it has more than <paramref name="count"/>.</summary>
    public bool TryGetOldestOfLargest(int count, [NotNullWhen(true)] out TItem? item)
    {
        item = _bySize.Max is { } largest && largest.Items.Count > count ? largest.Items.First!.Value : null;
        return item is not null;
    }

    private sealed class Share
    {
        public Share(long number) => Number = number;

        public long Number { get; }

        public LinkedList<TItem> Items { get; } = new();
    }
}
