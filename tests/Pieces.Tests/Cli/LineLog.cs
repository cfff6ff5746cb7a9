using System.Text;
using Pieces.Cli.Terminal;
using Spectre.Console;

namespace Pieces.Tests.Cli;

/// <summary>Keeps the lines that would have gone to stderr.</summary>
internal sealed class LineLog : ILineWriter
{
    public List<string> Lines { get; } = [];

    public void WriteLine(string line) => Lines.Add(line);
}

/// <summary>A terminal of 120 by 30 that remembers what was painted.</summary>
internal sealed class RecordingConsoleOutput : IAnsiConsoleOutput
{
    public TextWriter Writer { get; } = new StringWriter();

    public bool IsTerminal => true;

    public int Width => 120;

    public int Height => 30;

    public string Text => Writer.ToString()!;

    public void SetEncoding(Encoding encoding)
    {
    }
}
