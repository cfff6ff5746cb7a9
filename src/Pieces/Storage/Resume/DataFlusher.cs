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

    /// <summary>Makes one that does nothing before <see cref="Start"/>.</summary>
    public DataFlusher(FileFlusher files, PieceLedger ledger, ResumeLog log)
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

    /// <summary>Whether a write, a flush or a write-back has failed; the sink was told of it.</summary>
    public bool HasFailed => _files.HasFailed;

    /// <summary>A write has failed: nothing counts as durable any more.</summary>
    public void Fail(StorageException reason) => _files.Fail(reason);

    /// <summary>
    /// Flushes what is dirty and marks in the state that all before it is durable. What is dirty stays so until that is done. One call at a time.
    /// </summary>
    /// <exception cref="StorageException">The system refused, now or earlier.</exception>
    public void Flush()
    {
        // In this order: whatever the count covers had its file marked before.
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

    /// <summary>Ends the flushing; what is dirty stays so.</summary>
    public async ValueTask DisposeAsync()
    {
        // The source is not disposed: it has no timer and nothing to give back, and this may be called twice.
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
