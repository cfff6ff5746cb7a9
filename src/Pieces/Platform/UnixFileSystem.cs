using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>What all systems of the Unix family have.</summary>
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
    /// <remarks>The runtime's own flush of a file never fails, since it takes every result of <c>fsync</c> for a success.</remarks>
    public override void Flush(SafeFileHandle file)
    {
        int error = ErrorOf(file, FlushCall);
        if (error is not 0 && !IsUnsupported(error))
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <inheritdoc/>
    public override FileStat Stat(SafeFileHandle file) => RuntimeStat(file);

    /// <inheritdoc/>
    public override void FlushDirectory(string path) => OnOpenDirectory(path, FlushCall);

    /// <summary>The system's call that flushes an open file or directory: less than 0 for a failure.</summary>
    protected virtual int FlushCall(SafeFileHandle file) => LibC.FSync(file);

    /// <summary>Calls a function of the system until no signal interrupts it, and gives its error, or 0.</summary>
    internal static int ErrorOf(SafeFileHandle file, Func<SafeFileHandle, int> call)
    {
        while (true)
        {
            int error = call(file) >= 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }
    }

    /// <summary>Whether a file or file system knows no such call.</summary>
    internal static bool IsUnsupported(int error) => error is InvalidArgument or NotSupported or NotSupportedBsd or OperationNotSupportedBsd;

    /// <summary>Asks where the written bytes of a file are; the numbers of the two questions differ between systems.</summary>
    protected static bool TryFindData(SafeFileHandle file, long offset, (int Data, int Hole) questions, out long start, out long end)
    {
        int descriptor = (int)file.DangerousGetHandle();
        start = LibC.Seek(descriptor, offset, questions.Data);
        end = start < 0 ? -1 : LibC.Seek(descriptor, start, questions.Hole);
        GC.KeepAlive(file);
        return end > start;
    }

    /// <summary>Calls a function of the system with an open directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened, or the function failed.</exception>
    protected static void OnOpenDirectory(string path, Func<SafeFileHandle, int> call)
    {
        int descriptor = LibC.Open(LibC.Terminated(path), 0);
        if (descriptor < 0)
            throw SystemErrors.Failure(path, Marshal.GetLastPInvokeError());
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        int error = ErrorOf(directory, call);

        // Some file systems know no flush of a directory: then there is nothing to wait for.
        if (error is not 0 && !IsUnsupported(error))
            throw SystemErrors.Failure(path, error);
    }

    private static FileStreamOptions OwnerOnly(FileStreamOptions options)
    {
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
