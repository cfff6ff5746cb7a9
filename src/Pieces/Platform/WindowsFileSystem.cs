using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The file system of Windows, with what the runtime offers there.</summary>
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
    /// <remarks>Windows deletes the file when its handle is closed, which also happens when the process is terminated.</remarks>
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
        // Windows makes directory entries durable itself.
    }
}
