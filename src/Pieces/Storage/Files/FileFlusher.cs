using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Flushes the written data of one torrent to the disk, and remembers whether the disk ever failed. The operating system reports a lost write only
/// once, to the first call that checks, and a later flush of the same bytes succeeds. Therefore, after the first failure, all flushes of this run
/// fail. Safe for all threads; calls block.
/// </summary>
internal sealed class FileFlusher
{
    // From this number of files on, one flush of the whole file system is faster than one flush per file.
    private const int ManyFiles = 16;

    // The same for folders.
    private const int ManyFolders = 8;

    /// <summary>
    /// Time after which a disk operation that has not returned counts as hanging. It is measured with the system's clock, because the disk is real.
    /// </summary>
    public static readonly TimeSpan HangTime = TimeSpan.FromSeconds(30);

    private readonly Lock _flushing = new();
    private readonly Lock _sending = new();
    private readonly FileStore _files;
    private readonly HashSet<FileLocation> _flushedFolders = [];
    private StorageException? _failure;
    private bool _isPrepared;

    public FileFlusher(FileStore files) => _files = files;

    /// <summary>
    /// Called when a flush has taken <see cref="HangTime"/>; it may still end. Set it before the first flush. Called on any thread.
    /// </summary>
    public Action? Hangs { get; set; }

    /// <summary>Maps ranges of the torrent to files.</summary>
    public FileSpanMap Map => _files.Map;

    /// <summary>Whether a write, a flush or a write-back has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>Records a failed write, or a failed flush that was made elsewhere.</summary>
    public void Fail(StorageException reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    /// <summary>
    /// Prepares to flush the whole file system at once. Must be called before the first write to a torrent with this number of files.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Prepare(int files)
    {
        _isPrepared = files >= ManyFiles;
        if (_isPrepared)
            TryFlushFileSystem();
    }

    /// <summary>Waits until all written data of the given files is on the disk.</summary>
    /// <exception cref="StorageException">The operating system reported an error, now or earlier.</exception>
    public void Flush(IReadOnlyCollection<int> files)
    {
        lock (_flushing)
        {
            ThrowIfFailed();
            using ITimer watch = TimeProvider.System.CreateTimer(
                static flusher => ((FileFlusher)flusher!).Hangs?.Invoke(), this, HangTime, Timeout.InfiniteTimeSpan);
            try
            {
                FlushAll(files);
            }
            catch (StorageException e)
            {
                Fail(e);
                throw;
            }

            // The system may report an error to a write-back that is still running instead of to the flush. So wait for the write-back, and check
            // its result.
            lock (_sending)
                ThrowIfFailed();
        }
    }

    /// <summary>
    /// Makes new names in folders durable. On the first call for a folder in a run, also flushes the folders above it, which may be new themselves.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void FlushFolders(IReadOnlyCollection<FileLocation> folders)
    {
        lock (_flushing)
        {
            List<FileLocation> due = [.. folders];
            foreach (FileLocation folder in folders)
            {
                for (FileLocation above = folder; above.Name.Length > 0 && _flushedFolders.Add(above);)
                    due.Add(above = above.Parent);
            }

            if (_isPrepared && folders.Count >= ManyFolders && _files.IsOnOneDevice && TryFlushFileSystem())
                return;
            due.ForEach(FlushOne);
        }
    }

    /// <summary>Calls <see cref="FileStore.SendToDisk"/> and records a failure.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
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
        if (files.Count >= ManyFiles && _files.IsOnOneDevice && TryFlushFileSystem())
            return;
        foreach (int file in files)
            _files.Flush(file);
    }

    private bool TryFlushFileSystem()
    {
        try
        {
            return _files.Directory.TryFlushFileSystem();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_files.Directory.Path, "flush it", e);
        }
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
            throw new StorageException(first.Error, first.Path, first.Message, first);
    }
}
