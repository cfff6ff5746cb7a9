#pragma warning disable RS0030 // Only the size is read; nothing is read or written through the console.
namespace Pieces.Platform;

/// <summary>The size of the terminal as reported by the runtime, for systems where we make no system call for it.</summary>
internal static class ConsoleSize
{
    /// <summary>Columns and rows; null when there is no terminal.</summary>
    public static (int Columns, int Rows)? Read()
    {
        try
        {
            return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : null;
        }
        catch (IOException)
        {
            // There is no terminal: the user forced a progress bar for a file or pipe.
            return null;
        }
    }
}
