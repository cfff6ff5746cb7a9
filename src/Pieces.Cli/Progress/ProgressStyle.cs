namespace Pieces.Cli.Progress;

/// <summary>How progress is shown.</summary>
internal enum ProgressStyle
{
    /// <summary>A bar on a terminal, plain lines elsewhere.</summary>
    Auto,

    /// <summary>One repainted block.</summary>
    Bar,

    /// <summary>A line at start, at each change of state, every 30 s and at the end.</summary>
    Plain,

    /// <summary>Nothing.</summary>
    None,
}
