using Pieces.Cli.Failures;
using Pieces.Platform;

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
        // Beside its place first: a full disk must not cost the file that was there.
        string temporary = $"{path}.part";
        try
        {
            try
            {
                await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
                {
                    await file.WriteAsync(bytes, cancellationToken);
                    CurrentPlatform.Files.Flush(file.SafeFileHandle);
                }

                File.Move(temporary, path, overwrite);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }

            CurrentPlatform.Files.WorkingDirectory.FlushDirectory(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be written: {Outcome.Reason(e)}", e);
        }
    }
}
