using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The file system of all Unix-like systems.</summary>
[UnsupportedOSPlatform("windows")]
internal class UnixFileSystem : RuntimeFileSystem
{
    protected const int InvalidArgument = 22;
    protected const int NotSupported = 95;
    protected const int Interrupted = 4;
    private const int NotSupportedBsd = 45;
    private const int OperationNotSupportedBsd = 102;

    /// <inheritdoc/>
    public override FileKind KindOfTarget(string path) => FileKind.Missing;

    /// <inheritdoc/>
    public override FileStream CreateUnnamed(string directory)
    {
        string path = TemporaryName(directory);
        var file = new FileStream(path, OwnerOnly(new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
        }));
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The runtime's own flush never fails, because it treats every result of <c>fsync</c> as success.</remarks>
    public override void Flush(SafeFileHandle file)
    {
        if (FlushErrorOf(file, FlushCall) is not 0 and var error)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <inheritdoc/>
    public override FileStat Stat(SafeFileHandle file) => RuntimeStat(file);

    /// <inheritdoc/>
    public override void FlushDirectory(string path) => OnOpenDirectory(path, FlushCall);

    /// <summary>The system call that flushes an open file or directory; a negative result is a failure.</summary>
    protected virtual int FlushCall(SafeFileHandle file) => LibC.FSync(file);

    /// <summary>Repeats a system call until no signal interrupts it; returns its errno, or 0.</summary>
    internal static int ErrorOf(SafeFileHandle file, Func<SafeFileHandle, int> call)
    {
        while (true)
        {
            int error = call(file) >= 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }
    }

    /// <summary>Whether an error means that the file or file system does not support the call.</summary>
    internal static bool IsUnsupported(int error) => error is InvalidArgument or NotSupported or NotSupportedBsd or OperationNotSupportedBsd;

    /// <summary>Finds written data of a file with <c>lseek</c>; the values of SEEK_DATA and SEEK_HOLE differ between systems.</summary>
    protected static bool TryFindData(SafeFileHandle file, long offset, (int Data, int Hole) questions, out long start, out long end)
    {
        int descriptor = (int)file.DangerousGetHandle();
        start = LibC.Seek(descriptor, offset, questions.Data);
        end = start < 0 ? -1 : LibC.Seek(descriptor, start, questions.Hole);
        GC.KeepAlive(file);
        return end > start;
    }

    /// <summary>
    /// Makes a system call that flushes an open file or directory. Some file systems do not support that, above all for directories: then there is
    /// nothing to wait for.
    /// </summary>
    /// <returns>The error number; 0 for none.</returns>
    internal static int FlushErrorOf(SafeFileHandle file, Func<SafeFileHandle, int> call) =>
        ErrorOf(file, call) is var error && IsUnsupported(error) ? 0 : error;

    /// <summary>Makes a system call with an open directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened, or the call failed.</exception>
    protected static void OnOpenDirectory(string path, Func<SafeFileHandle, int> call)
    {
        int descriptor = LibC.Open(LibC.Terminated(path), 0);
        if (descriptor < 0)
            throw SystemErrors.Failure(path, Marshal.GetLastPInvokeError());
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FlushErrorOf(directory, call) is not 0 and var error)
            throw SystemErrors.Failure(path, error);
    }

    private static FileStreamOptions OwnerOnly(FileStreamOptions options)
    {
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
