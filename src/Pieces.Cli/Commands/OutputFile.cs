using Pieces.Cli.Failures;

namespace Pieces.Cli.Commands;

/// <summary>The file that a command makes: whole or not at all, and never over another without leave.</summary>
internal static class OutputFile
{
    /// <summary>Says that something is in the way.</summary>
    /// <exception cref="FailureException">A folder is there, or a file that may not be replaced.</exception>
    public static void RefuseExisting(string path, bool overwrite)
    {
        if (Directory.Exists(path))
            throw new FailureException(ExitCode.InTheWay, $"{path}: a folder of this name is in the way");
        if (!overwrite && File.Exists(path))
            throw new FailureException(ExitCode.InTheWay, $"{path}: it is there already (--overwrite replaces it)");
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, byte[] bytes, bool overwrite, CancellationToken cancellationToken)
    {
        try
        {
            // Beside its place first: a full disk must not cost the file that was there.
            string temporary = $"{path}.part";
            await File.WriteAllBytesAsync(temporary, bytes, cancellationToken);
            File.Move(temporary, path, overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be written: {Outcome.Reason(e)}", e);
        }
    }
}
