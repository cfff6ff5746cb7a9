namespace Pieces.Cli.Terminal;

/// <summary>Receives whole lines for stderr. A display that repaints replaces it, so that lines are printed above the display.</summary>
internal interface ILineWriter
{
    /// <summary>Writes one line that is already safe to print.</summary>
    void WriteLine(string line);
}
