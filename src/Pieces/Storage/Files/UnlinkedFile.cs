using Microsoft.Win32.SafeHandles;

namespace Pieces.Storage.Files;

/// <summary>A temporary file without a name: whatever becomes of the process, nothing of it is left.</summary>
internal sealed class UnlinkedFile : IDisposable
{
    private readonly FileStream _file;

    private UnlinkedFile(FileStream file) => _file = file;

    /// <summary>The open file, for reading and writing.</summary>
    public SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Makes one in a folder.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public static UnlinkedFile Create(string folder)
    {
        try
        {
            string path = Path.Combine(folder, $".pieces-{Guid.NewGuid():N}");
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Delete,
                BufferSize = 0,
                Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new UnlinkedFile(Unlinked(new FileStream(path, options), path));
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "make a temporary file in it", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Windows removes it when it is closed, also for a process that was ended: the handle is closed with it.
    private static FileStream Unlinked(FileStream file, string path)
    {
        if (OperatingSystem.IsWindows())
            return file;
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
}
