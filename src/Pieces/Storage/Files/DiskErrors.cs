using System.Globalization;
using System.Runtime.InteropServices;

namespace Pieces.Storage.Files;

/// <summary>Turns what the system throws into a <see cref="StorageException"/> with one clear line.</summary>
internal static class DiskErrors
{
    // Numbers of errno that are the same on Linux, macOS and the BSDs, save those said otherwise.
    private const int Eagain = 11;
    private const int EagainBsd = 35;
    private const int Efbig = 27;
    private const int Enospc = 28;
    private const int Edquot = 122;
    private const int EdquotBsd = 69;

    private const int WindowsErrorBase = unchecked((int)0x80070000);
    private const int WindowsSharingViolation = WindowsErrorBase | 32;
    private const int WindowsHandleDiskFull = WindowsErrorBase | 39;
    private const int WindowsDiskFull = WindowsErrorBase | 112;
    private const int LargestErrno = 200;

    /// <summary>Whether it is the disk's fault and not a bug. A file over the size limit comes as an argument error from the runtime.</summary>
    public static bool IsDiskError(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>Whether another process holds the file.</summary>
    public static bool IsSharingViolation(IOException error) =>
        error.HResult is WindowsSharingViolation || (!OperatingSystem.IsWindows() && error.HResult is Eagain or EagainBsd);

    /// <summary>The exception for a failed attempt.</summary>
    /// <param name="path">The path as people know it.</param>
    /// <param name="attempt">What was tried, to stand after "cannot".</param>
    /// <param name="error">What the system threw.</param>
    public static StorageException Wrap(string path, string attempt, Exception error) =>
        new(IsFull(error) ? StorageFault.DiskFull : StorageFault.File, path, $"{path}: cannot {attempt}: {Reason(error)}", error);

    /// <summary>The exception for a failed write.</summary>
    public static StorageException WriteFailed(string path, long bytes, long offset, Exception error) =>
        Wrap(path, string.Create(CultureInfo.InvariantCulture, $"write {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a failed read.</summary>
    public static StorageException ReadFailed(string path, long bytes, long offset, Exception error) =>
        Wrap(path, string.Create(CultureInfo.InvariantCulture, $"read {bytes} bytes at offset {offset}"), error);

    /// <summary>The exception for a path that holds something that is no part of the download.</summary>
    public static StorageException InTheWay(string path, string why) => new(StorageFault.InTheWay, path, $"{path}: {why}");

    /// <summary>Whether the disk, the quota or the size limit is used up.</summary>
    public static bool IsFull(Exception error) => error switch
    {
        ArgumentOutOfRangeException => true,
        IOException when OperatingSystem.IsWindows() => error.HResult is WindowsDiskFull or WindowsHandleDiskFull,
        IOException => error.HResult is Enospc or Edquot or EdquotBsd or Efbig or WindowsDiskFull,
        _ => false,
    };

    private static string Reason(Exception error)
    {
        if (error is ArgumentOutOfRangeException)
            return "file too large";
        int number = error is UnauthorizedAccessException { InnerException: IOException inner } ? inner.HResult : error.HResult;
        if (!OperatingSystem.IsWindows() && number is > 0 and <= LargestErrno)
            return Lower(Marshal.GetPInvokeErrorMessage(number));
        return error switch
        {
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
            PathTooLongException => "file name too long",
            _ when IsFull(error) => "no space left on device",
            _ => Lower(error.Message.TrimEnd('.')),
        };
    }

    private static string Lower(string text) => text.Length > 1 && !char.IsUpper(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
