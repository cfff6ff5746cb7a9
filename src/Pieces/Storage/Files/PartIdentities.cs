using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Remembers which file on the disk each unfinished file is. A handle is closed and opened again as others are needed; whatever has taken the name meanwhile
/// is not written. Safe for all threads.
/// </summary>
internal sealed class PartIdentities
{
    private readonly long[] _fingerprints;
    private readonly DirectoryHandle _directory;

    /// <summary>Knows none of so many files.</summary>
    public PartIdentities(int files, DirectoryHandle directory)
    {
        _fingerprints = new long[files];
        _directory = directory;
    }

    /// <summary>Remembers the file that was made or found.</summary>
    public void Set(int file, FileIdentity identity) => Volatile.Write(ref _fingerprints[file], identity.Fingerprint);

    /// <summary>Opens an unfinished file for reading and writing.</summary>
    /// <exception cref="StorageException">It belongs to another user, or it is not the file that it was.</exception>
    public SafeFileHandle Open(int file, FileLocation part)
    {
        SafeFileHandle handle = part.Open(FileOpening.Write);

        // Where there are no owners, the numbers of files are made up as well and may change.
        if (!_directory.HasOwners)
            return handle;
        try
        {
            FileStat facts = _directory.FileSystem.Stat(handle);
            if (facts.Trust == FileTrust.Foreign)
                throw DiskErrors.InTheWay(part, "belongs to another user");
            long known = Volatile.Read(ref _fingerprints[file]);
            if (known != 0 && known != facts.Identity.Fingerprint)
                throw DiskErrors.InTheWay(part, "was replaced while the file was being downloaded");
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
