using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Windows, with what the runtime offers there.</summary>
internal sealed class WindowsFileSystem : RuntimeFileSystem
{
    /// <inheritdoc/>
    public override FileKind KindOfTarget(string path)
    {
        FileAttributes attributes = File.GetAttributes(path);
        return (attributes & FileAttributes.Device) != 0 ? FileKind.Device
            : (attributes & FileAttributes.Directory) != 0 ? FileKind.Folder
            : FileKind.File;
    }

    /// <inheritdoc/>
    /// <remarks>The system removes it when it is closed, also for a process that was ended: the handle is closed with it.</remarks>
    public override FileStream CreateUnnamed(string directory) => new(TemporaryName(directory), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.DeleteOnClose,
    });

    /// <inheritdoc/>
    public override void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <inheritdoc/>
    public override FileStat Stat(SafeFileHandle file) => RuntimeStat(file);

    /// <inheritdoc/>
    public override void FlushDirectory(string path)
    {
        // The system keeps the entries of a directory itself.
    }
}
