using System.Threading.Channels;
using Pieces.Primitives;

namespace Pieces.Storage.Files;

/// <summary>
/// Keeps a fast download from filling the system's page cache: written data is sent to the disk while the next bytes arrive, and is dropped from the
/// cache afterwards. The final flush then has little to do, pages are reused while they are in the processor's cache, and the cached data of other
/// programs stays. A slow download is left to the operating system, because its bytes may soon be read again.
/// </summary>
internal sealed class WriteBehind : IAsyncDisposable
{
    /// <summary>Number of bytes that are sent to the disk together.</summary>
    public const int BatchLength = 8 * 1024 * 1024;

    /// <summary>Rate, in bytes per second, from which a download counts as fast.</summary>
    public const double FastRate = 32 * 1024 * 1024;

    // Maximum number of batches that wait for the disk. When a slow disk falls further behind, further data is left to the operating system.
    private const int MaxWaiting = 4;

    private readonly Lock _gate = new();
    private readonly FileFlusher _flusher;
    private readonly TimeProvider _timeProvider;
    private readonly IDiskSink _sink;
    private readonly Channel<List<Range>> _batches = Channel.CreateBounded<List<Range>>(MaxWaiting);
    private List<Range> _ranges = [];
    private long _gathered;
    private long _begun;
    private Task? _worker;

    /// <summary>Sends a torrent's data through <paramref name="flusher"/> and reports disk failures to <paramref name="sink"/>.</summary>
    public WriteBehind(FileFlusher flusher, TimeProvider timeProvider, IDiskSink sink)
    {
        _flusher = flusher;
        _timeProvider = timeProvider;
        _sink = sink;
        _begun = timeProvider.GetTimestamp();
    }

    /// <summary>Records that bytes of the torrent were written. Safe for all threads; never waits.</summary>
    public void OnWritten(long offset, int length)
    {
        lock (_gate)
        {
            if (_ranges.Count > 0 && _ranges[^1].End == offset)
                _ranges[^1] = _ranges[^1] with { End = offset + length };
            else
                _ranges.Add(new Range(offset, offset + length));
            _gathered += length;
            if (_gathered < BatchLength)
                return;
            long now = _timeProvider.GetTimestamp();
            if (_gathered >= _timeProvider.GetElapsedTime(_begun, now).TotalSeconds * FastRate && _batches.Writer.TryWrite(_ranges))
            {
                _ranges = [];
                _worker ??= OwnThread.RunAsync("write-behind", Work);
            }
            else
            {
                _ranges.Clear();
            }

            _gathered = 0;
            _begun = now;
        }
    }

    /// <summary>Finishes the current batch; waiting batches are left to the final flush.</summary>
    public async ValueTask DisposeAsync()
    {
        _batches.Writer.TryComplete();
        while (_batches.Reader.TryRead(out _))
        {
        }

        Task? worker;
        lock (_gate)
            worker = _worker;
        if (worker is not null)
            await worker.ConfigureAwait(false);
    }

    // Runs on its own thread: a call to a disk that hangs does not return.
    private void Work()
    {
        List<Range> before = [];
        try
        {
            while (_batches.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_batches.Reader.TryRead(out List<Range>? batch))
                {
                    Join(batch);
                    Send(batch, andForget: false);
                    Send(before, andForget: true);
                    before = batch;
                }
            }
        }
        catch (StorageException e)
        {
            _batches.Writer.TryComplete();
            _sink.OnDisk(new DiskFailed(e));
        }
    }

    // Disk workers finish in no particular order. Adjacent ranges are merged so that they need one call.
    private static void Join(List<Range> ranges)
    {
        ranges.Sort(static (a, b) => a.Begin.CompareTo(b.Begin));
        int last = 0;
        for (int i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Begin <= ranges[last].End)
                ranges[last] = ranges[last] with { End = Math.Max(ranges[last].End, ranges[i].End) };
            else
                ranges[++last] = ranges[i];
        }

        if (ranges.Count > 0)
            ranges.RemoveRange(last + 1, ranges.Count - last - 1);
    }

    private void Send(List<Range> ranges, bool andForget)
    {
        foreach (Range range in ranges)
        {
            foreach (FileSegment segment in _flusher.Map.Segments(range.Begin, (int)(range.End - range.Begin)))
            {
                // For shorter segments, the calls cost more than they save.
                if (segment.Length >= BlockRequest.MaxLength)
                    _flusher.Send(segment, andForget);
            }
        }
    }

    private readonly record struct Range(long Begin, long End);
}
