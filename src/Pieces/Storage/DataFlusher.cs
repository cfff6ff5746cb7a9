using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// Brings what was written to the disk every few seconds, and says so in the state: after a power cut only that counts. Runs beside the
/// disk workers, on a thread of its own while it waits for the disk.
/// </summary>
internal sealed class DataFlusher : IAsyncDisposable
{
    /// <summary>Time between two flushes, while something is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // From this many files on, one flush of the whole file system is quicker than one for each file.
    private const int ManyFiles = 16;

    private readonly Lock _gate = new();
    private readonly FileStore _files;
    private readonly string _outputDirectory;
    private readonly PieceLedger _ledger;
    private readonly ResumeLog _log;
    private readonly CancellationTokenSource _stop = new();
    private HashSet<int> _dirty = [];
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes one that does nothing before <see cref="Start"/>.</summary>
    public DataFlusher(FileStore files, string outputDirectory, PieceLedger ledger, ResumeLog log)
    {
        _files = files;
        _outputDirectory = outputDirectory;
        _ledger = ledger;
        _log = log;
    }

    /// <summary>Begins to flush every <see cref="Interval"/>; a failure goes to <paramref name="sink"/>.</summary>
    public void Start(TimeProvider timeProvider, IDiskSink sink) => _loop = LoopAsync(timeProvider, sink);

    /// <summary>Bytes were written: their files have to be flushed.</summary>
    public void MarkDirty(long offset, int length)
    {
        lock (_gate)
        {
            foreach (FileSegment segment in _files.Map.Segments(offset, length))
                _dirty.Add(segment.File);
        }
    }

    /// <summary>Flushes what is dirty and marks in the state that all before it is durable. One call at a time.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public void Flush()
    {
        // In this order: whatever the count covers had its file marked before.
        long count = _log.Count;
        List<int> pieces = _ledger.TakeUnflushed();
        HashSet<int> dirty;
        lock (_gate)
        {
            dirty = _dirty;
            _dirty = [];
        }

        if (dirty.Count == 0 && pieces.Count == 0)
            return;
        FlushFiles(dirty);
        _ledger.SetDurable(pieces);
        _log.Append(new ResumeRecord(ResumeFact.Durable, 0, count));
        _log.Flush();
        if (_log.IsLong)
            _log.Rewrite();
    }

    /// <summary>Waits until all that was written of some files is on the disk.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public void FlushFiles(IReadOnlyCollection<int> files) => FlushFiles(_files, _outputDirectory, files);

    /// <summary>Waits until all that was written of some files of a store is on the disk.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public static void FlushFiles(FileStore store, string outputDirectory, IReadOnlyCollection<int> files)
    {
        try
        {
            if (files.Count >= ManyFiles && UnixCalls.TryFlushFileSystem(outputDirectory))
                return;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(outputDirectory, "flush it", e);
        }

        foreach (int file in files)
            store.Flush(file);
    }

    /// <summary>Ends the flushing; what is dirty stays so.</summary>
    public async ValueTask DisposeAsync()
    {
        // The source is not disposed: it has no timer and nothing to give back, and this may be called twice.
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    private async Task LoopAsync(TimeProvider timeProvider, IDiskSink sink)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
                await Task.Factory.StartNew(Flush, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (StorageException e)
        {
            sink.OnDisk(new DiskFailed(e));
        }
    }
}
