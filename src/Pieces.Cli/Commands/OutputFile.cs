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
        FileKind kind = KindOf(path);
        if (kind == FileKind.Folder || Directory.Exists(path))
            throw new FailureException(ExitCode.InTheWay, $"{path}: a folder of this name is in the way");
        if (kind is not (FileKind.Missing or FileKind.File or FileKind.Link))
            throw new FailureException(ExitCode.InTheWay, $"{path}: it is not an ordinary file, and is not replaced");
        if (!overwrite && kind != FileKind.Missing)
            throw new FailureException(ExitCode.InTheWay, $"{path}: it is there already (--overwrite replaces it)");
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, byte[] bytes, bool overwrite, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => WholeFile.Write(path, bytes, overwrite), cancellationToken);
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
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be looked at: {Outcome.Reason(e)}", e);
        }
    }
}
