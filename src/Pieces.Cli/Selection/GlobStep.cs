using System.Text;

namespace Pieces.Cli.Selection;

/// <summary>What a step of a compiled glob does.</summary>
internal enum GlobAction
{
    /// <summary>Takes the one character <see cref="GlobStep.Character"/>.</summary>
    Character,

    /// <summary>Takes any character but a slash.</summary>
    AnyInName,

    /// <summary>Takes any character.</summary>
    Any,

    /// <summary>Takes a character of <see cref="GlobStep.Set"/>, never a slash.</summary>
    Set,

    /// <summary>Goes on at <see cref="GlobStep.To"/> and at <see cref="GlobStep.Or"/>.</summary>
    Fork,

    /// <summary>Goes on at <see cref="GlobStep.To"/>.</summary>
    Jump,

    /// <summary>The pattern is at its end.</summary>
    Accept,
}

/// <summary>One step of a compiled glob.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Character">For <see cref="GlobAction.Character"/>.</param>
/// <param name="Set">For <see cref="GlobAction.Set"/>.</param>
/// <param name="To">Where a jump or a fork goes on.</param>
/// <param name="Or">Where a fork goes on, too.</param>
internal readonly record struct GlobStep(GlobAction Action, Rune Character = default, GlobSet? Set = null, int To = 0, int Or = 0);

/// <summary>The characters between brackets.</summary>
/// <param name="Ranges">First and last character of each range.</param>
/// <param name="IsNegated">Whether all others are meant.</param>
internal sealed record GlobSet(IReadOnlyList<(Rune First, Rune Last)> Ranges, bool IsNegated)
{
    /// <summary>Whether a character is meant.</summary>
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
