namespace Pieces.Platform;

/// <summary>The terminal behind stderr.</summary>
internal interface ITerminalDevice
{
    /// <summary>Columns and rows, or null when stderr is no terminal or does not tell.</summary>
    (int Columns, int Rows)? Size { get; }

    /// <summary>Whether the terminal's foreground is this process's group, or there is no such thing here.</summary>
    bool IsForeground { get; }
}
