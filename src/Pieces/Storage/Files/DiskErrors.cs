using System.Globalization;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Turns what the system throws into a <see cref="StorageException"/> with one clear line.</summary>
internal static class DiskErrors
{
    /// <summary>Whether it is the disk's fault and not a bug. A file over the size limit comes as an argument error from the runtime.</summary>
    public static bool IsDiskError(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>The exception for a failed attempt.</summary>
    /// <param name="path">The path as people know it.</param>
    /// <param name="attempt">What was tried, to stand after "cannot".</param>
    /// <param name="error">What the system threw.</param>
    public static StorageException Wrap(string path, string attempt, Exception error) => new(
        SystemErrors.IsFull(error) ? StorageFault.DiskFull : StorageFault.File, path, $"{path}: cannot {attempt}: {SystemErrors.Reason(error)}", error);

    /// <inheritdoc cref="Wrap(string, string, Exception)"/>
    public static StorageException Wrap(FileLocation file, string attempt, Exception error) => Wrap(file.FullPath, attempt, error);

    /// <summary>The exception for a failed write.</summary>
    public static StorageException WriteFailed(FileLocation file, long bytes, long offset, Exception error) =>
        Wrap(file, string.Create(CultureInfo.InvariantCulture, $"write {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a failed read.</summary>
    public static StorageException ReadFailed(FileLocation file, long bytes, long offset, Exception error) =>
        Wrap(file, string.Create(CultureInfo.InvariantCulture, $"read {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a path that holds something that is no part of the download.</summary>
    public static StorageException InTheWay(FileLocation file, string why) => new(StorageFault.InTheWay, file.FullPath, $"{file}: {why}");
}
