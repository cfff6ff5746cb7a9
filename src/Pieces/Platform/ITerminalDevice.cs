namespace Pieces.Platform;

/// <summary>The terminal that stderr is connected to.</summary>
internal interface ITerminalDevice
{
    /// <summary>Columns and rows; null when stderr is not a terminal or its size is unknown.</summary>
    (int Columns, int Rows)? Size { get; }

    /// <summary>Whether this process is in the terminal's foreground process group; true when the system has no such groups.</summary>
    bool IsForeground { get; }
}
