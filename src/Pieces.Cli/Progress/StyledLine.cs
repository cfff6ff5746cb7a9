using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>The meaning of a part of a line, which determines its colour.</summary>
internal enum Tone
{
    /// <summary>No colour.</summary>
    Plain,

    /// <summary>The most important part of the line.</summary>
    Strong,

    /// <summary>Data that is still missing, and explanations.</summary>
    Faint,

    /// <summary>Progress is good.</summary>
    Good,

    /// <summary>Complete and seeding.</summary>
    Shared,

    /// <summary>Being checked or fetched.</summary>
    Looked,

    /// <summary>There is a problem.</summary>
    Warning,
}

/// <summary>A text of one tone.</summary>
internal readonly record struct StyledText(string Text, Tone Tone = Tone.Plain);

/// <summary>One line of the display. Its text is safe to print.</summary>
internal sealed record StyledLine(params StyledText[] Parts)
{
    /// <summary>Width in columns.</summary>
    public int Width => Parts.Sum(part => TextWidth.Of(part.Text));

    /// <summary>Returns the text without styles.</summary>
    public override string ToString() => string.Concat(Parts.Select(part => part.Text));
}
