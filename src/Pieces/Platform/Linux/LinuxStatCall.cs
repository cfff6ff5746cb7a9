using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>
/// Reads the state of a file into a <c>struct statx</c>. Containers of old runtimes refuse <c>statx</c> with EPERM, because their filter does not
/// know it. There the older call is used, which does not report when a file was created.
/// </summary>
internal static class LinuxStatCall
{
    /// <summary>Length of <c>struct statx</c>, which has the same layout on every architecture.</summary>
    public const int Length = 256;

    // Offsets in struct statx.
    public const int UserOffset = 20;
    public const int ModeOffset = 28;
    public const int InodeOffset = 32;
    public const int LengthOffset = 40;
    public const int BlocksOffset = 48;
    public const int BirthOffset = 80;
    public const int ChangedOffset = 96;
    public const int ModifiedOffset = 112;
    public const int DeviceMajorOffset = 136;
    public const int DeviceMinorOffset = 140;

    private const int TimeLength = 16;

    // struct stat of the kernel on 64-bit processors. X64 has its own layout; all others have a common one.
    private const int OldLength = 144;
    private const int OldInodeOffset = 8;
    private const int OldLengthOffset = 48;
    private const int OldBlocksOffset = 64;
    private const int OldModifiedOffset = 88;
    private const int OldChangedOffset = 104;
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int OldModeOffset = IsX64 ? 24 : 16;
    private static readonly int OldUserOffset = IsX64 ? 28 : 24;
    private static readonly nint OldNumber = IsX64 ? 262 : 79;

    private static volatile bool _isRefused;

    /// <summary>Fills the buffer, which has <see cref="Length"/> bytes, and returns errno, or 0.</summary>
    public static int Read(int directory, byte[] name, int flags, uint mask, Span<byte> buffer)
    {
        if (!_isRefused)
        {
            int error = LibC.StatX(directory, name, flags, mask, ref MemoryMarshal.GetReference(buffer)) == 0 ? 0 : Marshal.GetLastPInvokeError();

            if (!SystemErrors.IsCallRefused(error) || !Environment.Is64BitProcess)
                return error;
            _isRefused = true;
        }

        return ReadOld(directory, name, flags, buffer);
    }

    private static int ReadOld(int directory, byte[] name, int flags, Span<byte> buffer)
    {
        Span<byte> old = stackalloc byte[OldLength];
        if (LibC.SystemCall(OldNumber, directory, name, ref MemoryMarshal.GetReference(old), flags) != 0)
            return Marshal.GetLastPInvokeError();
        buffer.Clear();
        uint mode = BinaryPrimitives.ReadUInt32LittleEndian(old[OldModeOffset..]);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[ModeOffset..], (ushort)mode);
        old.Slice(OldUserOffset, sizeof(uint)).CopyTo(buffer[UserOffset..]);
        old.Slice(OldInodeOffset, sizeof(ulong)).CopyTo(buffer[InodeOffset..]);
        old.Slice(OldLengthOffset, sizeof(long)).CopyTo(buffer[LengthOffset..]);
        old.Slice(OldBlocksOffset, sizeof(long)).CopyTo(buffer[BlocksOffset..]);
        old.Slice(OldModifiedOffset, TimeLength).CopyTo(buffer[ModifiedOffset..]);
        old.Slice(OldChangedOffset, TimeLength).CopyTo(buffer[ChangedOffset..]);

        // A device number has 12 bits of the major number at bit 8; the minor number has its low 8 bits below them and the rest above.
        uint device = BinaryPrimitives.ReadUInt32LittleEndian(old);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[DeviceMajorOffset..], (device >> 8) & 0xFFF);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[DeviceMinorOffset..], (device & 0xFF) | ((device >> 12) & ~0xFFu));
        return 0;
    }
}
