namespace Pieces.Cli.Progress;

/// <summary>Styles of the progress display.</summary>
internal enum ProgressStyle
{
    /// <summary>A bar on a terminal, plain lines otherwise.</summary>
    Auto,

    /// <summary>A block of lines that is repainted.</summary>
    Bar,

    /// <summary>A line at the start, at each change of state, every 30 s and at the end.</summary>
    Plain,

    /// <summary>Nothing.</summary>
    None,
}
