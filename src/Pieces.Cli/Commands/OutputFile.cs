using Pieces.Cli.Failures;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Cli.Commands;

/// <summary>
/// The output file of a command. It is written completely or not at all, and replaces an existing file only if the user permits it.
/// </summary>
internal static class OutputFile
{
    /// <summary>Throws if something exists at the path that may not be replaced.</summary>
    /// <exception cref="FailureException">A folder, a special file, or a file that may not be replaced exists at the path.</exception>
    public static void RefuseExisting(string path, bool overwrite)
    {
        FileKind kind = KindOf(path);
        if (kind == FileKind.Folder || Directory.Exists(path))
            throw new FailureException(ExitCode.PathOccupied, $"{path}: a folder with this name is in the way");
        if (kind is not (FileKind.Missing or FileKind.File or FileKind.Link))
            throw new FailureException(ExitCode.PathOccupied, $"{path}: is not a regular file, and is not replaced");
        if (!overwrite && kind != FileKind.Missing)
            throw new FailureException(ExitCode.PathOccupied, $"{path}: already exists (--overwrite replaces it)");
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="FailureException">The file cannot be written.</exception>
    public static async Task WriteAsync(string path, byte[] bytes, bool overwrite, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await OwnThread.RunAsync("write", () => WholeFile.Write(path, bytes, overwrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be written: {Outcome.Reason(e)}", e);
        }
    }

    private static FileKind KindOf(string path)
    {
        try
        {
            using DirectoryHandle folder = CurrentPlatform.Files.OpenDirectory(Path.GetDirectoryName(path) ?? string.Empty);
            return folder.At(Path.GetFileName(path)).Stat().Kind;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be accessed: {Outcome.Reason(e)}", e);
        }
    }
}
