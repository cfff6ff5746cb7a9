using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli;

/// <summary>Keeps the lines that would have gone to stderr.</summary>
internal sealed class LineLog : ILineWriter
{
    public List<string> Lines { get; } = [];

    public void WriteLine(string line) => Lines.Add(line);
}
