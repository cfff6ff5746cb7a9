using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Remembers the identity of each unfinished file on the disk. Handles are closed and reopened as needed; a different file that took the name in
/// between is not written. Safe for all threads.
/// </summary>
internal sealed class PartIdentities
{
    private readonly long[] _fingerprints;
    private readonly DirectoryHandle _directory;
    private readonly Lazy<ulong> _device;
    private volatile bool _spansDevices;

    /// <summary>Starts without identities for <paramref name="files"/> files.</summary>
    public PartIdentities(int files, DirectoryHandle directory)
    {
        _fingerprints = new long[files];
        _directory = directory;
        _device = new Lazy<ulong>(() => directory.Stat(string.Empty).Identity.Device);
    }

    /// <summary>Remembers the identity of a file that was created or found.</summary>
    public void Set(int file, FileIdentity identity)
    {
        Volatile.Write(ref _fingerprints[file], identity.Fingerprint);
        if (identity.Device != _device.Value)
            _spansDevices = true;
    }

    /// <summary>Whether all files are on the file system of the output folder, and none is on another one that is mounted below it.</summary>
    public bool IsOnOneDevice => !_spansDevices;

    /// <summary>The failure of a download whose unfinished file was replaced by a different one.</summary>
    public static StorageException Replaced(FileLocation part) => DiskErrors.PathOccupied(part, "was replaced while the file was being downloaded");

    /// <summary>Opens an unfinished file for reading and writing.</summary>
    /// <exception cref="StorageException">The file belongs to another user, or was replaced by a different file.</exception>
    public SafeFileHandle Open(int file, FileLocation part)
    {
        SafeFileHandle handle = part.Open(FileOpening.Write);

        // File systems without owners also invent inode numbers, which may change.
        if (!_directory.HasOwners)
            return handle;
        try
        {
            FileStat facts = _directory.FileSystem.Stat(handle);
            if (facts.Trust == FileTrust.Foreign)
                throw DiskErrors.PathOccupied(part, "belongs to another user");
            long known = Volatile.Read(ref _fingerprints[file]);
            if (known != 0 && known != facts.Identity.Fingerprint)
                throw Replaced(part);
            Set(file, facts.Identity);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
