using System.Text;

namespace Pieces.Cli.Selection;

/// <summary>What a step of a compiled glob does.</summary>
internal enum GlobAction
{
    /// <summary>Matches the character <see cref="GlobStep.Character"/>.</summary>
    Character,

    /// <summary>Matches any character except a slash.</summary>
    AnyInName,

    /// <summary>Matches any character.</summary>
    Any,

    /// <summary>Matches a character of <see cref="GlobStep.Set"/>, but never a slash.</summary>
    Set,

    /// <summary>Continues both at <see cref="GlobStep.To"/> and at <see cref="GlobStep.Or"/>.</summary>
    Fork,

    /// <summary>Continues at <see cref="GlobStep.To"/>.</summary>
    Jump,

    /// <summary>End of the pattern.</summary>
    Accept,
}

/// <summary>One step of a compiled glob.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Character">The character for <see cref="GlobAction.Character"/>.</param>
/// <param name="Set">The set for <see cref="GlobAction.Set"/>.</param>
/// <param name="To">Index of the step at which a jump or a fork continues.</param>
/// <param name="Or">Index of the second step at which a fork continues.</param>
internal readonly record struct GlobStep(GlobAction Action, Rune Character = default, GlobSet? Set = null, int To = 0, int Or = 0);

/// <summary>A bracket expression.</summary>
/// <param name="Ranges">First and last character of each range.</param>
/// <param name="IsNegated">Whether the set contains all characters outside the ranges instead.</param>
internal sealed record GlobSet(IReadOnlyList<(Rune First, Rune Last)> Ranges, bool IsNegated)
{
    /// <summary>Whether the set contains a character.</summary>
    public bool Contains(Rune rune)
    {
        foreach ((Rune first, Rune last) in Ranges)
        {
            if (rune >= first && rune <= last)
                return !IsNegated;
        }

        return IsNegated;
    }
}
