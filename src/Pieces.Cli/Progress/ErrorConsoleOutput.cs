using System.Text;
using Spectre.Console;

namespace Pieces.Cli.Progress;

/// <summary>Stderr as Spectre.Console wants it.</summary>
internal sealed class ErrorConsoleOutput : IAnsiConsoleOutput
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    /// <inheritdoc/>
    public TextWriter Writer { get; } = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };

    /// <inheritdoc/>
    public bool IsTerminal => !Console.IsErrorRedirected;

    /// <inheritdoc/>
    public int Width => SizeOr(() => Console.WindowWidth, UsualWidth);

    /// <inheritdoc/>
    public int Height => SizeOr(() => Console.WindowHeight, UsualHeight);

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
    }

    private static int SizeOr(Func<int> read, int usual)
    {
        try
        {
            int size = read();
            return size > 0 ? size : usual;
        }
        catch (IOException)
        {
            // No terminal to ask: a bar was demanded for a file or pipe.
            return usual;
        }
    }
}
