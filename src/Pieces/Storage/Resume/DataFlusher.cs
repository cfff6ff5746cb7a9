using System.Threading.Channels;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>
/// Brings what was written to the disk every few seconds, and says so in the state: after a power cut only that counts. Runs beside the
/// disk workers, on a thread of its own while it waits for the disk.
/// </summary>
internal sealed class DataFlusher : IAsyncDisposable
{
    /// <summary>Time between two flushes, while something is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>So many bytes are flushed sooner: a disk with a cache of its own would keep the last flush waiting for them.</summary>
    public const long MaxUnflushed = 128 * 1024 * 1024;

    // From this many files on, one flush of the whole file system is quicker than one for each file.
    private const int ManyFiles = 16;

    private readonly Lock _gate = new();
    private readonly FileStore _files;
    private readonly PieceLedger _ledger;
    private readonly ResumeLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<int> _dirty = [];
    private WriteBehind? _behind;
    private long _unflushed;
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes one that does nothing before <see cref="Start"/>.</summary>
    public DataFlusher(FileStore files, PieceLedger ledger, ResumeLog log)
    {
        _files = files;
        _ledger = ledger;
        _log = log;
    }

    /// <summary>Begins to flush every <see cref="Interval"/>; a failure goes to <paramref name="sink"/>.</summary>
    public void Start(TimeProvider timeProvider, IDiskSink sink)
    {
        _behind = new WriteBehind(_files, timeProvider, sink);
        _loop = LoopAsync(timeProvider, sink);
    }

    /// <summary>Bytes have just been written.</summary>
    public void OnWritten(long offset, int length)
    {
        MarkDirty(offset, length);
        _behind?.OnWritten(offset, length);
        if (Interlocked.Add(ref _unflushed, length) >= MaxUnflushed)
            _due.Writer.TryWrite(true);
    }

    /// <summary>Bytes of before may not be on the disk: their files have to be flushed.</summary>
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
        Interlocked.Exchange(ref _unflushed, 0);
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
    public void FlushFiles(IReadOnlyCollection<int> files) => FlushFiles(_files, files);

    /// <summary>Waits until all that was written of some files of a store is on the disk.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public static void FlushFiles(FileStore store, IReadOnlyCollection<int> files)
    {
        try
        {
            if (files.Count >= ManyFiles && store.Directory.TryFlushFileSystem())
                return;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(store.Directory.Path, "flush it", e);
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
        if (_behind is not null)
            await _behind.DisposeAsync().ConfigureAwait(false);
    }

    private async Task LoopAsync(TimeProvider timeProvider, IDiskSink sink)
    {
        using ITimer timer = timeProvider.CreateTimer(_ => _due.Writer.TryWrite(true), null, Interval, Interval);
        try
        {
            while (await _due.Reader.ReadAsync(_stop.Token).ConfigureAwait(false))
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
