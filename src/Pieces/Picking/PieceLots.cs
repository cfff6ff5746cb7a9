using System.Numerics;
using System.Runtime.InteropServices;

namespace Pieces.Picking;

/// <summary>
/// Divides pieces among leechers without any negotiation: every leecher draws the same lots from the same names, so that no two of them request the
/// same piece from a seed. Pure: equal names give equal lots everywhere. In each run of as many pieces as there are names, about one is assigned to
/// each name, within groups of <see cref="GroupLength"/>. When a name is added or removed, about half of the lots stay unchanged, so that little is
/// lost until all leechers know it.
/// </summary>
internal sealed class PieceLots
{
    /// <summary>Number of pieces that are divided together.</summary>
    public const int GroupLength = 32;

    private readonly ulong _own;
    private readonly List<ulong> _names = [];
    private readonly Dictionary<int, uint> _mine = [];
    private int[] _loads = [];

    /// <summary>Creates lots in which every piece is assigned to <paramref name="own"/>.</summary>
    /// <param name="own">Our own name: bits that all other leechers know of us, too.</param>
    public PieceLots(ulong own) => _own = own;

    /// <summary>Number of participants, including us.</summary>
    public int Count => _names.Count + 1;

    /// <summary>Sets the names of the other participants, in any order.</summary>
    public void SetOthers(List<ulong> others)
    {
        others.Sort();
        if (CollectionsMarshal.AsSpan(others).SequenceEqual(CollectionsMarshal.AsSpan(_names)))
            return;
        _names.Clear();
        _names.AddRange(others);
        _mine.Clear();
    }

    /// <summary>Whether the piece at <paramref name="index"/> is assigned to us.</summary>
    public bool IsMine(int index)
    {
        if (_names.Count == 0)
            return true;
        int group = index / GroupLength;
        if (!_mine.TryGetValue(group, out uint mine))
            _mine.Add(group, mine = Draw(group));
        return (mine >> (index % GroupLength) & 1) != 0;
    }

    // Each piece is assigned to the participant with the highest draw among those with the fewest pieces of the group so far.
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

    // The finalizer of a good hash function (splitmix64): every input bit changes half of the output bits on average.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return BitOperations.RotateLeft(x ^ (x >> 31), 17);
    }
}
