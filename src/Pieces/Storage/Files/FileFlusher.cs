using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Brings what was written of one torrent to the disk, and remembers that the disk once failed. The system reports a lost write a single time, to whichever call
/// asks first, and a later flush of the same bytes succeeds. So after the first failure nothing counts as flushed any more in this run. Safe for all threads;
/// calls block.
/// </summary>
internal sealed class FileFlusher
{
    // From this number of files on, one flush of the whole file system is quicker than one for each file.
    private const int ManyFiles = 16;

    private readonly Lock _flushing = new();
    private readonly Lock _sending = new();
    private readonly FileStore _files;
    private readonly HashSet<FileLocation> _flushedFolders = [];
    private StorageException? _failure;

    /// <summary>Flushes the files of a store.</summary>
    public FileFlusher(FileStore files) => _files = files;

    /// <summary>Which files a range lies in.</summary>
    public FileSpanMap Map => _files.Map;

    /// <summary>Whether a write, a flush or a write-back has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>A write has failed, or a flush that something else did.</summary>
    public void Fail(StorageException reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    /// <summary>Waits until all that was written of some files is on the disk.</summary>
    /// <exception cref="StorageException">The system refused, now or earlier.</exception>
    public void Flush(IReadOnlyCollection<int> files)
    {
        lock (_flushing)
        {
            ThrowIfFailed();
            try
            {
                FlushAll(files);
            }
            catch (StorageException e)
            {
                Fail(e);
                throw;
            }

            // A write-back that is under way may have been told of a loss in place of the flush: wait for its word.
            lock (_sending)
                ThrowIfFailed();
        }
    }

    /// <summary>Makes new names in a folder durable, and once in a run those of the folders above it, which may be new themselves.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public void FlushFolder(FileLocation folder)
    {
        lock (_flushing)
        {
            FlushOne(folder);
            for (FileLocation above = folder; above.Name.Length > 0 && _flushedFolders.Add(above);)
            {
                above = above.Parent;
                FlushOne(above);
            }
        }
    }

    /// <summary>As <see cref="FileStore.SendToDisk"/>.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public void Send(FileSegment segment, bool andForget)
    {
        lock (_sending)
        {
            try
            {
                _files.SendToDisk(segment, andForget);
            }
            catch (StorageException e)
            {
                Fail(e);
                throw;
            }
        }
    }

    private void FlushAll(IReadOnlyCollection<int> files)
    {
        try
        {
            if (files.Count >= ManyFiles && _files.Directory.TryFlushFileSystem())
                return;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_files.Directory.Path, "flush it", e);
        }

        foreach (int file in files)
            _files.Flush(file);
    }

    private static void FlushOne(FileLocation folder)
    {
        try
        {
            folder.FlushDirectory();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "flush the folder", e);
        }
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } first)
            throw new StorageException(first.Fault, first.Path, first.Message, first);
    }
}
