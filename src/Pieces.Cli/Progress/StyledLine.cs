using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>What a part of a line means, for its colour.</summary>
internal enum Tone
{
    /// <summary>No colour.</summary>
    Plain,

    /// <summary>What the eye should find first.</summary>
    Strong,

    /// <summary>What is not there yet, and what only explains.</summary>
    Faint,

    /// <summary>Going well.</summary>
    Good,

    /// <summary>Done, and of use to others.</summary>
    Shared,

    /// <summary>Being looked at.</summary>
    Looked,

    /// <summary>Not as it should be.</summary>
    Warning,
}

/// <summary>A stretch of text of one tone.</summary>
internal readonly record struct StyledText(string Text, Tone Tone = Tone.Plain);

/// <summary>One line of the display: text that is safe to print.</summary>
internal sealed record StyledLine(params StyledText[] Parts)
{
    /// <summary>Columns that it takes.</summary>
    public int Width => Parts.Sum(part => TextWidth.Of(part.Text));

    /// <summary>The text alone.</summary>
    public override string ToString() => string.Concat(Parts.Select(part => part.Text));
}
