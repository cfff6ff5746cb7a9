using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli.Display;

/// <summary>A terminal in memory; what is written on it stands on a <see cref="ScreenModel"/>.</summary>
internal sealed class FakeTerminal : ITerminal
{
    public ScreenModel Screen { get; } = new(80, 24);

    public List<string> Writes { get; } = [];

    public (int Columns, int Rows) Size => (Screen.Columns, Screen.Rows);

    public bool IsForeground { get; set; } = true;

    public bool IsIdle { get; set; } = true;

    public void Write(string text)
    {
        Writes.Add(text);
        Screen.Write(text.Replace("\n", "\r\n"));
    }

    public void Flush()
    {
    }
}
