using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// Which name is looked up next. Names from the user come first, then those of trackers, then those of strangers; within each, torrents take turns.
/// A look-up occupies a thread until the system gives up, so the limits are on those under way. Not safe for several threads. Pure.
/// </summary>
internal sealed class NameQueue<TItem>
{
    /// <summary>Look-ups under way at the same time, one thread each.</summary>
    public const int MaxRunning = 4;

    /// <summary>Most of them for names that the user has not given, so that the user's never wait for others.</summary>
    public const int MaxRunningOfOthers = 3;

    /// <summary>Most of them for names from links and peers.</summary>
    public const int MaxRunningOfStrangers = 1;

    /// <summary>Most of them for one torrent.</summary>
    public const int MaxRunningOfOwner = 2;

    private static readonly object NoOwner = new();

    private readonly FairQueue<object, (NameRequester Requester, TItem Item)>[] _waiting = [new(), new(), new()];
    private readonly int[] _runningOf = new int[3];
    private readonly Dictionary<object, int> _owners = [];

    /// <summary>Names that wait.</summary>
    public int Count => _waiting.Sum(queue => queue.Count);

    private int Running => _runningOf.Sum();

    /// <summary>Puts a name in line.</summary>
    public void Add(NameRequester requester, TItem item) => _waiting[(int)requester.Source].Add(requester.Owner ?? NoOwner, (requester, item));

    /// <summary>Takes the next one; it counts as under way until <see cref="Done"/>.</summary>
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

    /// <summary>A look-up has ended.</summary>
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
        _ => _runningOf[(int)source] < MaxRunningOfStrangers && Running - _runningOf[(int)NameSource.User] < MaxRunningOfOthers && Running < MaxRunning,
    };

    private bool MayRun(object owner) => ReferenceEquals(owner, NoOwner) || _owners.GetValueOrDefault(owner) < MaxRunningOfOwner;
}
