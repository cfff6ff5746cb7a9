using System.Threading.Channels;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>
/// Flushes written data to the disk every few seconds and records this in the resume state: after a power cut only flushed data counts. It does not
/// use the disk workers; each flush runs on its own thread.
/// </summary>
internal sealed class DataFlusher : IAsyncDisposable
{
    /// <summary>Time between two flushes while data is being written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Maximum number of unflushed bytes; reaching it causes an early flush. Without this limit, the last flush could take long on a disk with its
    /// own cache.
    /// </summary>
    public const long MaxUnflushed = 128 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly FileFlusher _files;
    private readonly PieceLedger _ledger;
    private readonly ResumeLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<int> _dirty = [];
    private WriteBehind? _behind;
    private long _unflushed;
    private Task _loop = Task.CompletedTask;

    /// <summary>Creates a flusher that is inactive until <see cref="Start"/>.</summary>
    public DataFlusher(FileFlusher files, PieceLedger ledger, ResumeLog log)
    {
        _files = files;
        _ledger = ledger;
        _log = log;
    }

    /// <summary>Begins to flush every <see cref="Interval"/>; failures are reported to <paramref name="sink"/>.</summary>
    public void Start(TimeProvider timeProvider, IDiskSink sink)
    {
        _behind = new WriteBehind(_files, timeProvider, sink);
        _loop = LoopAsync(timeProvider, sink);
    }

    /// <summary>Records that bytes were written.</summary>
    public void OnWritten(long offset, int length)
    {
        MarkDirty(offset, length);
        _behind?.OnWritten(offset, length);
        if (Interlocked.Add(ref _unflushed, length) >= MaxUnflushed)
            _due.Writer.TryWrite(true);
    }

    /// <summary>Marks bytes that were written earlier and may not be on the disk: their files will be flushed.</summary>
    public void MarkDirty(long offset, int length)
    {
        lock (_gate)
        {
            foreach (FileSegment segment in _files.Map.Segments(offset, length))
                _dirty.Add(segment.File);
        }
    }

    /// <summary>Whether a write, a flush or a write-back has failed; the sink was notified.</summary>
    public bool HasFailed => _files.HasFailed;

    /// <summary>Records a failed write: from now on nothing counts as durable.</summary>
    public void Fail(StorageException reason) => _files.Fail(reason);

    /// <summary>
    /// Flushes the dirty files and records in the resume state that everything before the call is durable. After a failure the files stay dirty. Only
    /// one call at a time.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error, now or earlier.</exception>
    public void Flush()
    {
        // The order matters: every record within the count had its file marked dirty before the record was appended.
        long bytes = Interlocked.Exchange(ref _unflushed, 0);
        long count = _log.Count;
        List<int> pieces = _ledger.Unflushed();
        HashSet<int> dirty = TakeDirty();
        if (dirty.Count == 0 && pieces.Count == 0)
            return;
        bool isDone = false;
        try
        {
            _files.Flush(dirty);
            _ledger.SetDurable(pieces);
            Commit(count);
            isDone = true;
        }
        finally
        {
            if (!isDone)
                PutBack(dirty, bytes);
        }

        if (_log.IsLong)
            _log.Rewrite();
    }

    /// <summary>Stops the periodic flushing; dirty files stay dirty.</summary>
    public async ValueTask DisposeAsync()
    {
        // The token source is not disposed: it has no timer or other resource to release, and this method may be called twice.
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        if (_behind is not null)
            await _behind.DisposeAsync().ConfigureAwait(false);
    }

    private void Commit(long count)
    {
        try
        {
            _log.Append(new ResumeRecord(ResumeFact.Durable, 0, count));
            _log.Flush();
        }
        catch (StorageException e)
        {
            _files.Fail(e);
            throw;
        }
    }

    private HashSet<int> TakeDirty()
    {
        lock (_gate)
        {
            HashSet<int> dirty = _dirty;
            _dirty = [];
            return dirty;
        }
    }

    private void PutBack(HashSet<int> dirty, long bytes)
    {
        Interlocked.Add(ref _unflushed, bytes);
        lock (_gate)
            _dirty.UnionWith(dirty);
    }

    private async Task LoopAsync(TimeProvider timeProvider, IDiskSink sink)
    {
        using ITimer timer = timeProvider.CreateTimer(_ => _due.Writer.TryWrite(true), null, Interval, Interval);
        try
        {
            while (await _due.Reader.ReadAsync(_stop.Token).ConfigureAwait(false))
                await OwnThread.RunAsync("flush", Flush).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // DisposeAsync stops the loop this way.
        }
        catch (StorageException e)
        {
            sink.OnDisk(new DiskFailed(e));
        }
    }
}
