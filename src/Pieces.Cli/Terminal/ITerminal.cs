namespace Pieces.Cli.Terminal;

/// <summary>A terminal that a display can repaint.</summary>
internal interface ITerminal
{
    /// <summary>Size in columns and rows.</summary>
    (int Columns, int Rows) Size { get; }

    /// <summary>Whether the program is in the foreground. A program in the background must not write to the terminal.</summary>
    bool IsForeground { get; }

    /// <summary>
    /// Whether all output has been written. While a slow terminal, or one stopped by Ctrl-S, still has pending output, it receives nothing new.
    /// </summary>
    bool IsIdle { get; }

    /// <summary>Writes a text unchanged, without waiting until it is written.</summary>
    void Write(string text);

    /// <summary>Waits until all output is written, for at most one second.</summary>
    void Flush();
}
