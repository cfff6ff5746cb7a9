namespace Pieces.Tests.Interop;

/// <summary>The program under test.</summary>
internal static class PiecesExecutable
{
    /// <summary>
    /// What the environment variable PIECES_EXE names, or else the build that lies beside the tests' own: artifacts/bin/Pieces.Cli/CONFIGURATION/pieces.
    /// </summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("PIECES_EXE") is { Length: > 0 } given)
            return System.IO.Path.GetFullPath(given);
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return System.IO.Path.Combine(output.Parent!.Parent!.FullName, "Pieces.Cli", output.Name, "pieces");
    }
}
