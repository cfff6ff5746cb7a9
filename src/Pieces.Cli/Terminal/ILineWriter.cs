namespace Pieces.Cli.Terminal;

/// <summary>Takes whole lines for stderr. A display that repaints takes them over, so that they stand above it.</summary>
internal interface ILineWriter
{
    /// <summary>Writes one line that is already safe to print.</summary>
    void WriteLine(string line);
}
