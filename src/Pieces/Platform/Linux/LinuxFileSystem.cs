using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The file system of Linux: reads file states with <c>statx</c> and controls write-back and the page cache.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFileSystem : UnixFileSystem
{
    private const int AtCurrentDirectory = LinuxResolution.AtCurrentDirectory;
    private const int AtNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const int StatType = 1;
    private const int StatBasicAndBirth = 0xFFF;
    private const int NoSuchEntry = 2;
    private const int NotADirectory = 20;
    private const int NotSeekable = 29;
    private const int NoSuchCall = 38;
    private const uint RangeWaitBefore = 1;
    private const uint RangeWrite = 2;
    private const uint RangeWaitAfter = 4;
    private const int NotNeeded = 4;

    private const int BlockLength = 512;
    private const int PermissionBits = 0xFFF;
    private const int WritableByOthers = 2;

    // struct statfs on 64-bit Linux: the block size and the number of blocks available to users.
    private const int FileSystemStatLength = 256;
    private const int FileSystemBlockOffset = 8;
    private const int FileSystemFreeOffset = 32;

    // FAT, exFAT, NTFS (two drivers), SMB (three versions), and FUSE, which most other drivers for such disks use.
    private static readonly uint[] WithoutOwners = [0x4D44, 0x2011BAB0, 0x7366746E, 0x5346544E, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546];

    // The empty path, for the state of a file that is already open.
    private static readonly byte[] NoName = [0];

    private readonly uint _user = LibC.EffectiveUser();

    /// <inheritdoc/>
    public override DirectoryHandle OpenDirectory(string path) => new LinuxDirectory(this, path);

    /// <inheritdoc/>
    public override FileStat Stat(string path)
    {
        int error = Look(AtCurrentDirectory, path, out FileStat facts);
        return error == 0 ? facts : throw SystemErrors.Failure(path, error);
    }

    /// <inheritdoc/>
    public override FileStat Stat(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[LinuxStatCall.Length];
        int error = LinuxStatCall.Read((int)file.DangerousGetHandle(), NoName, AtEmptyPath, StatBasicAndBirth, buffer);
        GC.KeepAlive(file);
        return error == 0 ? Read(buffer) : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>Whether the file system of an open directory is of a type that stores owners.</summary>
    public static bool HasOwners(SafeFileHandle directory)
    {
        byte[] buffer = new byte[FileSystemStatLength];
        bool isKnown = LibC.StatFileSystemOf((int)directory.DangerousGetHandle(), buffer) == 0;
        GC.KeepAlive(directory);
        return !isKnown || !WithoutOwners.Contains(BinaryPrimitives.ReadUInt32LittleEndian(buffer));
    }

    /// <summary>Reads the state of a name in an open directory without following a link. A missing name is not an error.</summary>
    /// <returns>The errno of a failure, or 0.</returns>
    public int Look(int directory, string name, out FileStat facts)
    {
        Span<byte> buffer = stackalloc byte[LinuxStatCall.Length];
        int error = LinuxStatCall.Read(directory, LibC.Terminated(name), AtNoFollow, StatBasicAndBirth, buffer);
        facts = error == 0 ? Read(buffer) : default;
        return error is NoSuchEntry or NotADirectory ? 0 : error;
    }

    /// <inheritdoc/>
    /// <remarks>The path is passed to the system as typed, because only the system can resolve <c>..</c> after a link.</remarks>
    public override long? FreeSpace(string directory)
    {
        byte[] buffer = new byte[FileSystemStatLength];
        if (!Environment.Is64BitProcess || LibC.StatFileSystem(LibC.Terminated(directory.Length == 0 ? "." : directory), buffer) != 0)
            return null;
        long free = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(FileSystemFreeOffset));
        return free * BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(FileSystemBlockOffset));
    }

    /// <inheritdoc/>
    public override FileKind KindOfTarget(string path)
    {
        Span<byte> buffer = stackalloc byte[LinuxStatCall.Length];
        return LinuxStatCall.Read(AtCurrentDirectory, LibC.Terminated(path), 0, StatType, buffer) == 0 ? KindIn(buffer) : FileKind.Missing;
    }

    /// <inheritdoc/>
    public override bool TryFindData(SafeFileHandle file, long offset, out long start, out long end) =>
        TryFindData(file, offset, (Data: 3, Hole: 4), out start, out end);

    /// <inheritdoc/>
    public override void StartWriting(SafeFileHandle file, long offset, long length) => SyncRange(file, offset, length, RangeWrite);

    /// <inheritdoc/>
    public override void WriteAndForget(SafeFileHandle file, long offset, long length)
    {
        SyncRange(file, offset, length, RangeWaitBefore | RangeWrite | RangeWaitAfter);

        Forget(file, offset, length);
    }

    /// <inheritdoc/>
    public override void ForgetCached(SafeFileHandle file) => Forget(file, 0, 0);

    // This is only advice: it does not change what is on the disk. A length of 0 means up to the end.
    private static void Forget(SafeFileHandle file, long offset, long length)
    {
        _ = LibC.Advise((int)file.DangerousGetHandle(), offset, length, NotNeeded);
        GC.KeepAlive(file);
    }

    private FileStat Read(ReadOnlySpan<byte> buffer)
    {
        ulong device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(buffer[LinuxStatCall.DeviceMajorOffset..]) << 32)
            | BinaryPrimitives.ReadUInt32LittleEndian(buffer[LinuxStatCall.DeviceMinorOffset..]);
        int mode = BinaryPrimitives.ReadUInt16LittleEndian(buffer[LinuxStatCall.ModeOffset..]) & PermissionBits;
        uint owner = BinaryPrimitives.ReadUInt32LittleEndian(buffer[LinuxStatCall.UserOffset..]);
        return new FileStat(
            KindIn(buffer),
            BinaryPrimitives.ReadInt64LittleEndian(buffer[LinuxStatCall.LengthOffset..]),
            Time(buffer[LinuxStatCall.ModifiedOffset..]),
            new FileIdentity(
                device, BinaryPrimitives.ReadUInt64LittleEndian(buffer[LinuxStatCall.InodeOffset..]), Time(buffer[LinuxStatCall.BirthOffset..])),
            BinaryPrimitives.ReadInt64LittleEndian(buffer[LinuxStatCall.BlocksOffset..]) * BlockLength)
        {
            Changed = Time(buffer[LinuxStatCall.ChangedOffset..]),
            Mode = mode,
            Trust = owner != _user ? FileTrust.Foreign : (mode & WritableByOthers) != 0 ? FileTrust.Exposed : FileTrust.Ours,
        };
    }

    private static void SyncRange(SafeFileHandle file, long offset, long length, uint flags)
    {
        int error;
        do
            error = LibC.SyncFileRange((int)file.DangerousGetHandle(), offset, length, flags) == 0 ? 0 : Marshal.GetLastPInvokeError();
        while (error == Interrupted);
        GC.KeepAlive(file);

        // When the system or this type of file does not support the call, flushes do all the work. Any other failure must be reported now: a later
        // flush would not report it again.
        if (error is not (0 or NoSuchCall or NotSeekable) && !IsUnsupported(error))
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    private static FileKind KindIn(ReadOnlySpan<byte> stat) => KindOf(BinaryPrimitives.ReadUInt16LittleEndian(stat[LinuxStatCall.ModeOffset..]));

    private static FileKind KindOf(ushort mode) => (mode & 0xF000) switch
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
}
