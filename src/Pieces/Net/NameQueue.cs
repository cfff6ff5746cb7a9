using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// Chooses which name is looked up next. Names from the user come first, then those of trackers, then those from untrusted sources; within each
/// group, torrents take turns. A lookup occupies a thread until the system gives up, so the limits apply to running lookups. Not thread-safe.
/// </summary>
internal sealed class NameQueue<TItem>
{
    /// <summary>Maximum number of running lookups, one thread each.</summary>
    public const int MaxRunning = 4;

    /// <summary>Maximum number of running lookups of names that the user did not give, so that the user's names never wait for others.</summary>
    public const int MaxRunningOfOthers = 3;

    /// <summary>Maximum number of running lookups of names from untrusted sources.</summary>
    public const int MaxRunningOfStrangers = 1;

    /// <summary>Maximum number of running lookups per torrent.</summary>
    public const int MaxRunningOfOwner = 2;

    private static readonly object NoOwner = new();

    private readonly FairQueue<object, (NameRequester Requester, TItem Item)>[] _waiting = [new(), new(), new()];
    private readonly int[] _runningOf = new int[3];
    private readonly Dictionary<object, int> _owners = [];

    /// <summary>Number of queued names.</summary>
    public int Count => _waiting.Sum(queue => queue.Count);

    private int Running => _runningOf.Sum();

    /// <summary>Queues a name.</summary>
    public void Add(NameRequester requester, TItem item) => _waiting[(int)requester.Source].Add(requester.Owner ?? NoOwner, (requester, item));

    /// <summary>Takes the next name; it counts as running until <see cref="Done"/>.</summary>
    public bool TryTake([MaybeNullWhen(false)] out TItem item, out NameRequester requester)
    {
        foreach (NameSource source in (ReadOnlySpan<NameSource>)[NameSource.User, NameSource.Tracker, NameSource.Stranger])
        {
            if (HasRoom(source) && _waiting[(int)source].TryTake(MayRun, out (NameRequester Requester, TItem Item) next))
            {
                (requester, item) = next;
                _runningOf[(int)source]++;
                _owners[requester.Owner ?? NoOwner] = _owners.GetValueOrDefault(requester.Owner ?? NoOwner) + 1;
                return true;
            }
        }

        item = default;
        requester = default;
        return false;
    }

    /// <summary>A lookup has ended.</summary>
    public void Done(NameRequester requester)
    {
        _runningOf[(int)requester.Source]--;
        object owner = requester.Owner ?? NoOwner;
        if (--_owners[owner] == 0)
            _owners.Remove(owner);
    }

    private bool HasRoom(NameSource source) => source switch
    {
        NameSource.User => Running < MaxRunning,
        NameSource.Tracker => Running < MaxRunning && Running - _runningOf[(int)NameSource.User] < MaxRunningOfOthers,
        _ => _runningOf[(int)source] < MaxRunningOfStrangers && Running - _runningOf[(int)NameSource.User] < MaxRunningOfOthers
            && Running < MaxRunning,
    };

    private bool MayRun(object owner) => ReferenceEquals(owner, NoOwner) || _owners.GetValueOrDefault(owner) < MaxRunningOfOwner;
}
