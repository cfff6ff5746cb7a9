using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Pieces.Metadata;

/// <summary>
/// Knows what is neither a file nor a folder without opening it: a pipe would keep whoever opens it waiting, and the runtime takes all of them for
/// files of 0 bytes.
/// </summary>
internal static class SpecialFile
{
    private const int AtCurrentFolder = -100;
    private const int StatType = 1;
    private const int StatBufferLength = 256;
    private const int OffsetOfMode = 28;

    /// <summary>What a path leads to in the end, with its article; null for a file, a folder or nothing, or where nothing tells.</summary>
    public static string? KindOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return (File.GetAttributes(path) & System.IO.FileAttributes.Device) != 0 ? "a device" : null;
        if (!OperatingSystem.IsLinux())
            return null;
        byte[] name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, name);
        byte[] buffer = new byte[StatBufferLength];
        if (StatX(AtCurrentFolder, name, 0, StatType, buffer) != 0)
            return null;

        // The layout of struct statx is the same on every architecture.
        return (BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(OffsetOfMode)) & 0xF000) switch
        {
            0x1000 => "a named pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; this signature needs no marshalling at all.
    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, byte[] buffer);
#pragma warning restore SYSLIB1054
}
