#pragma warning disable RS0030 // The size is all that is asked of the console; nothing is read or written through it.
namespace Pieces.Platform;

/// <summary>The size of the terminal as the runtime finds it, where no call of our own does.</summary>
internal static class ConsoleSize
{
    /// <summary>Columns and rows, or null when there is no terminal.</summary>
    public static (int Columns, int Rows)? Read()
    {
        try
        {
            return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : null;
        }
        catch (IOException)
        {
            // No terminal to ask: a bar was demanded for a file or pipe.
            return null;
        }
    }
}
