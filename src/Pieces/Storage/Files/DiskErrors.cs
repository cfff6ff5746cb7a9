using System.Globalization;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Converts exceptions of the runtime into a <see cref="StorageException"/> with a one-line message.</summary>
internal static class DiskErrors
{
    /// <summary>
    /// Whether an exception is a disk error and not a bug. For a file over the size limit, the runtime throws an
    /// <see cref="ArgumentOutOfRangeException"/>.
    /// </summary>
    public static bool IsDiskError(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>The exception for a failed attempt.</summary>
    /// <param name="path">The path to show to the user.</param>
    /// <param name="attempt">The failed operation, worded to follow "cannot".</param>
    /// <param name="error">The exception of the runtime.</param>
    public static StorageException Wrap(string path, string attempt, Exception error) => new(
        SystemErrors.IsFull(error) ? StorageError.DiskFull : StorageError.File,
        path,
        $"{path}: cannot {attempt}: {SystemErrors.Reason(error)}",
        error);

    /// <inheritdoc cref="Wrap(string, string, Exception)"/>
    public static StorageException Wrap(FileLocation file, string attempt, Exception error) => Wrap(file.FullPath, attempt, error);

    /// <summary>The exception for a failed write.</summary>
    public static StorageException WriteFailed(FileLocation file, long bytes, long offset, Exception error) =>
        Wrap(file, string.Create(CultureInfo.InvariantCulture, $"write {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a failed read.</summary>
    public static StorageException ReadFailed(FileLocation file, long bytes, long offset, Exception error) =>
        Wrap(file, string.Create(CultureInfo.InvariantCulture, $"read {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a path that does not belong to the download.</summary>
    public static StorageException PathOccupied(FileLocation file, string why) => new(StorageError.PathOccupied, file.FullPath, $"{file}: {why}");
}
