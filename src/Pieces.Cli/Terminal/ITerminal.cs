namespace Pieces.Cli.Terminal;

/// <summary>A terminal that a display may repaint.</summary>
internal interface ITerminal
{
    /// <summary>Columns and rows.</summary>
    (int Columns, int Rows) Size { get; }

    /// <summary>Whether it is this program's turn: one that a shell has put into the background must leave the terminal alone.</summary>
    bool IsForeground { get; }

    /// <summary>Whether all that was written has gone out. A terminal that is slow, or stopped by Ctrl-S, gets nothing new meanwhile.</summary>
    bool IsIdle { get; }

    /// <summary>Writes a text as it is, without waiting for it to go out.</summary>
    void Write(string text);

    /// <summary>Waits until all has gone out, at most for a second.</summary>
    void Flush();
}
