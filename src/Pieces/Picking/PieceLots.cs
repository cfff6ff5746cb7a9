using System.Numerics;
using System.Runtime.InteropServices;

namespace Pieces.Picking;

/// <summary>
/// Shares pieces out among leechers that know of one another and say nothing: each draws the same lots from the same names, so that no two fetch the
/// same piece of a seed. Pure: equal names give equal lots everywhere. Each run of as many pieces as there are names has about one for each, within
/// groups of <see cref="GroupLength"/>; with one name more or less about half of the lots stay where they were, so that little is lost till all know.
/// </summary>
internal sealed class PieceLots
{
    /// <summary>Pieces that are shared out together.</summary>
    public const int GroupLength = 32;

    private readonly ulong _own;
    private readonly List<ulong> _names = [];
    private readonly Dictionary<int, uint> _mine = [];
    private int[] _loads = [];

    /// <summary>Makes lots of which everything falls to <paramref name="own"/>.</summary>
    /// <param name="own">Our own name: bits that all others know of us too.</param>
    public PieceLots(ulong own) => _own = own;

    /// <summary>Those who take part, ourselves included.</summary>
    public int Count => _names.Count + 1;

    /// <summary>Says who else takes part; in any order.</summary>
    public void SetOthers(List<ulong> others)
    {
        others.Sort();
        if (CollectionsMarshal.AsSpan(others).SequenceEqual(CollectionsMarshal.AsSpan(_names)))
            return;
        _names.Clear();
        _names.AddRange(others);
        _mine.Clear();
    }

    /// <summary>Whether the piece at <paramref name="index"/> falls to us.</summary>
    public bool IsMine(int index)
    {
        if (_names.Count == 0)
            return true;
        int group = index / GroupLength;
        if (!_mine.TryGetValue(group, out uint mine))
            _mine.Add(group, mine = Draw(group));
        return (mine >> (index % GroupLength) & 1) != 0;
    }

    // Each piece falls to the highest draw among those who have the fewest of the group so far.
    private uint Draw(int group)
    {
        if (_loads.Length < Count)
            _loads = new int[Count];
        Array.Clear(_loads);
        uint mine = 0;
        int level = 0;
        int atLevel = Count;
        for (int i = 0; i < GroupLength; i++)
        {
            int winner = -1;
            ulong best = 0;
            for (int who = 0; who < Count; who++)
            {
                if (_loads[who] != level)
                    continue;
                ulong draw = Mix(NameOf(who) ^ (ulong)((group * GroupLength) + i));
                if (winner < 0 || draw > best)
                    (winner, best) = (who, draw);
            }

            _loads[winner]++;
            if (winner == 0)
                mine |= 1u << i;
            if (--atLevel == 0)
                (level, atLevel) = (level + 1, Count);
        }

        return mine;
    }

    private ulong NameOf(int who) => who == 0 ? _own : _names[who - 1];

    // A finalizer of good hashes (splitmix64): every bit of the input moves half of the output's.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return BitOperations.RotateLeft(x ^ (x >> 31), 17);
    }
}
