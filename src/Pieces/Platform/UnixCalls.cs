using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The few calls of the system that the runtime does not offer. Paths are passed as bytes, so nothing has to be marshalled.</summary>
internal static class UnixCalls
{
    private const int AtCurrentFolder = -100;
    private const int AtNoFollow = 0x100;
    private const int StatType = 1;
    private const int StatBasicAndBirth = 0xFFF;
    private const int StatBufferLength = 256;
    private const int NoSuchEntry = 2;
    private const int NotAFolder = 20;
    private const int InvalidArgument = 22;
    private const int NotSupported = 95;
    private const int NoSuchCall = 38;
    private const int NotSeekable = 29;
    private const uint RangeWaitBefore = 1;
    private const uint RangeWrite = 2;
    private const uint RangeWaitAfter = 4;
    private const int NotNeeded = 4;

    /// <summary>Makes the entries of a folder durable, so that a rename in it survives a power cut. Windows keeps them itself.</summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsWindows())
            OnOpenFolder(path, static descriptor => FSync(descriptor));
    }

    /// <summary>Flushes everything of the file system that <paramref name="path"/> lies on; false where the system cannot.</summary>
    /// <exception cref="IOException">Something could not be written.</exception>
    public static bool TryFlushFileSystem(string path)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        OnOpenFolder(path, static descriptor => SyncFs(descriptor));
        return true;
    }

    /// <summary>What a path leads to in the end (Linux only); missing also when the system does not say.</summary>
    public static FileKind KindOfTarget(string path)
    {
        byte[] buffer = new byte[StatBufferLength];
        return StatX(AtCurrentFolder, Terminated(path), 0, StatType, buffer) == 0 ? KindIn(buffer) : FileKind.Missing;
    }

    /// <summary>Looks at a path without following a link at its end (Linux only); false when nothing is there.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static bool TryStat(string path, out FileStat stat)
    {
        stat = default;
        byte[] buffer = new byte[StatBufferLength];
        if (StatX(AtCurrentFolder, Terminated(path), AtNoFollow, StatBasicAndBirth, buffer) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error is NoSuchEntry or NotAFolder ? false : throw Failure(path, error);
        }

        // The layout of struct statx is the same on every architecture.
        var identity = new FileIdentity(
            ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(136)) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(140)),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(32)),
            Time(buffer.AsSpan(80)));
        stat = new FileStat(
            KindIn(buffer),
            BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(40)),
            Time(buffer.AsSpan(112)),
            identity,
            BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(48)) * 512);
        return true;
    }

    /// <summary>The first run of written bytes of an open file at or behind an offset: everything else reads as zero and was never written.</summary>
    /// <returns>False when there is none, or where the system cannot tell.</returns>
    public static bool TryFindData(SafeFileHandle file, long offset, out long start, out long end)
    {
        start = end = -1;
        int seekData = OperatingSystem.IsLinux() ? 3 : 4, seekHole = OperatingSystem.IsLinux() ? 4 : 3;
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return false;
        int descriptor = (int)file.DangerousGetHandle();
        start = Seek(descriptor, offset, seekData);
        end = start < 0 ? -1 : Seek(descriptor, start, seekHole);
        GC.KeepAlive(file);
        return end > start;
    }

    /// <summary>Begins to send written bytes of an open file to the disk (Linux only).</summary>
    /// <exception cref="IOException">Something could not be written.</exception>
    public static void StartWriting(SafeFileHandle file, long offset, long length) => SyncRange(file, offset, length, RangeWrite);

    /// <summary>Waits until written bytes of an open file are on the disk, then takes them out of the system's cache (Linux only).</summary>
    /// <remarks>This is no flush: the file's own records, such as its length, may not be on the disk yet.</remarks>
    /// <exception cref="IOException">Something could not be written.</exception>
    public static void WriteAndForget(SafeFileHandle file, long offset, long length)
    {
        SyncRange(file, offset, length, RangeWaitBefore | RangeWrite | RangeWaitAfter);

        // Advice: whether it was taken makes no difference to what is on the disk.
        _ = Advise((int)file.DangerousGetHandle(), offset, length, NotNeeded);
        GC.KeepAlive(file);
    }

    private static void SyncRange(SafeFileHandle file, long offset, long length, uint flags)
    {
        int error = SyncFileRange((int)file.DangerousGetHandle(), offset, length, flags) == 0 ? 0 : Marshal.GetLastPInvokeError();
        GC.KeepAlive(file);

        // Where the system or this kind of file knows no such call, the flushes do all the work. Any other failure would not be told again by them.
        if (error is not (0 or NoSuchCall or NotSeekable or InvalidArgument or NotSupported))
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    private static FileKind KindIn(byte[] stat) => (BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(28)) & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.Link,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        0x2000 or 0x6000 => FileKind.Device,
        _ => FileKind.Other,
    };

    private static long Time(ReadOnlySpan<byte> stamp) =>
        (BinaryPrimitives.ReadInt64LittleEndian(stamp) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(stamp[8..]);

    private static void OnOpenFolder(string path, Func<int, int> call)
    {
        int descriptor = Open(Terminated(path), 0);
        if (descriptor < 0)
            throw Failure(path, Marshal.GetLastPInvokeError());
        int error = call(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        // Some file systems know no flush of a folder (EINVAL, ENOTSUP): then there is nothing to wait for.
        if (error is not (0 or InvalidArgument or NotSupported))
            throw Failure(path, error);
    }

    private static IOException Failure(string path, int error) => new($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    private static byte[] Terminated(string path)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; these signatures need no marshalling at all.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFs(int descriptor);

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long Seek(int descriptor, long offset, int whence);

    [DllImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncFileRange(int descriptor, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(int descriptor, long offset, long length, int advice);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, byte[] buffer);
#pragma warning restore SYSLIB1054
}
