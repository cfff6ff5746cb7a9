using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>Interprets the system's error numbers, which the runtime stores in <see cref="Exception.HResult"/>.</summary>
internal static class SystemErrors
{
    // Values of errno. They are the same on Linux, macOS and the BSDs, except where a second constant ends in Bsd.
    private const int Eagain = 11;
    private const int EagainBsd = 35;
    private const int Enfile = 23;
    private const int Emfile = 24;
    private const int Efbig = 27;
    private const int Enospc = 28;
    private const int Epipe = 32;
    private const int Edquot = 122;
    private const int EdquotBsd = 69;
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Eacces = 13;
    private const int Eexist = 17;
    private const int Eloop = 40;
    private const int EloopBsd = 62;
    private const int Enametoolong = 36;
    private const int EnametoolongBsd = 63;
    private const int Enosys = 38;
    private const int LargestErrno = 200;

    private const int WindowsErrorBase = unchecked((int)0x80070000);
    private const int WindowsTooManyFiles = WindowsErrorBase | 4;
    private const int WindowsSharingViolation = WindowsErrorBase | 32;
    private const int WindowsFileExists = WindowsErrorBase | 80;
    private const int WindowsAlreadyExists = WindowsErrorBase | 183;
    private const int WindowsHandleDiskFull = WindowsErrorBase | 39;
    private const int WindowsDiskFull = WindowsErrorBase | 112;

    /// <summary>Whether the name already exists.</summary>
    public static bool IsTaken(IOException error) =>
        OperatingSystem.IsWindows() ? error.HResult is WindowsFileExists or WindowsAlreadyExists : error.HResult == Eexist;

    /// <summary>Whether another process has locked the file.</summary>
    public static bool IsSharingViolation(IOException error) =>
        error.HResult is WindowsSharingViolation || (!OperatingSystem.IsWindows() && error.HResult is Eagain or EagainBsd);

    /// <summary>
    /// Whether the disk is full, or the quota or the size limit is reached. The runtime reports a file over the size limit as an argument error.
    /// </summary>
    public static bool IsFull(Exception error) => error switch
    {
        ArgumentOutOfRangeException => true,
        IOException when OperatingSystem.IsWindows() => error.HResult is WindowsDiskFull or WindowsHandleDiskFull,
        IOException => error.HResult is Enospc or Edquot or EdquotBsd or Efbig or WindowsDiskFull,
        _ => false,
    };

    /// <summary>Whether this process or the system has no file descriptor left. This is not a disk error.</summary>
    public static bool IsOutOfDescriptors(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            bool isOut = OperatingSystem.IsWindows() ? error.HResult == WindowsTooManyFiles : error.HResult is Emfile or Enfile;
            if (error is IOException && isOut)
                return true;
        }

        return false;
    }

    /// <summary>Whether the reader of a pipe has closed it.</summary>
    public static bool IsBrokenPipe(Exception error) => error.HResult == Epipe;

    /// <summary>Whether an errno means that a call on a non-blocking descriptor would block.</summary>
    public static bool WouldWait(int errno) => errno is Eagain or EagainBsd;

    /// <summary>
    /// Whether an errno means that the kernel does not have a system call, or that a filter of system calls, as containers use, refuses it. Only for
    /// calls that the kernel itself never answers with EPERM, or whose substitute answers the same when the operation is not permitted.
    /// </summary>
    public static bool IsCallRefused(int errno) => errno is Eperm or Enosys;

    /// <summary>Creates the exception for a failed call on a path, from its errno.</summary>
    public static Exception Failure(string path, int errno)
    {
        string message = $"{path}: {Marshal.GetPInvokeErrorMessage(errno)}";
        return errno switch
        {
            Enoent => new FileNotFoundException(message, path) { HResult = errno },
            Eacces or Eperm => new UnauthorizedAccessException(message, new IOException(message, errno)),
            Enametoolong or EnametoolongBsd => new PathTooLongException(message) { HResult = errno },
            _ => new IOException(message, errno),
        };
    }

    /// <summary>The reason of a failure in a few lower-case words.</summary>
    public static string Reason(Exception error)
    {
        if (error is ArgumentOutOfRangeException)
            return "file too large";
        int number = error is UnauthorizedAccessException { InnerException: IOException inner } ? inner.HResult : error.HResult;
        if (number == (OperatingSystem.IsLinux() ? Eloop : EloopBsd) && !OperatingSystem.IsWindows())
            return "a symbolic link is where a folder or file must be";
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
