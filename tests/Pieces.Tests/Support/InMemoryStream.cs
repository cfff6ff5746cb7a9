using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>
/// One direction of an in-memory connection. It keeps the order of the bytes, limits their number in transit, and has a latency and a rate.
/// </summary>
internal sealed class InMemoryPipe(TimeProvider timeProvider, InMemoryLink link, ByteCount traffic)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long DueAt, byte[] Bytes)> _chunks = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _headOffset;
    private int _underWay;
    private long _lineFreeAt = timeProvider.GetTimestamp();
    private bool _isEnded;
    private bool _isBroken;

    /// <summary>Reads bytes that have arrived. Returns 0 at the end of the stream. With an empty buffer, waits until a byte has arrived.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan due = Timeout.InfiniteTimeSpan;
            lock (_gate)
            {
                if (_isBroken)
                    throw new IOException("connection reset by the remote host");
                if (_chunks.TryPeek(out (long DueAt, byte[] Bytes) head))
                {
                    due = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), head.DueAt);
                    if (due <= TimeSpan.Zero)
                        return TakeDue(buffer.Span);
                }
                else if (_isEnded)
                    return 0;
                changed = _changed.Task;
            }

            if (due == Timeout.InfiniteTimeSpan)
                await changed.WaitAsync(cancellationToken);
            else
                await Task.WhenAny(changed, Task.Delay(RoundUp(due), timeProvider, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            Task changed;
            lock (_gate)
            {
                if (_isBroken || _isEnded)
                    throw new IOException("connection reset by the remote host");
                int room = Math.Min(buffer.Length, link.Capacity - _underWay);
                if (room > 0)
                {
                    Put(buffer[..room].ToArray());
                    buffer = buffer[room..];
                    continue;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the stream after the bytes in transit, which still arrive.</summary>
    public void End() => Change(() => _isEnded = true);

    /// <summary>Makes reads and writes fail at once. Bytes in transit are lost.</summary>
    public void Break() => Change(() => _isBroken = true);

    // A timer has a resolution of one millisecond. A shorter delay would end at once, and would be repeated forever while the clock stands still.
    private static TimeSpan RoundUp(TimeSpan due) => TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));

    private void Put(byte[] bytes)
    {
        long now = timeProvider.GetTimestamp();
        long second = timeProvider.TimestampFrequency;
        long onLine = link.BytesPerSecond == 0 ? 0 : bytes.Length * second / link.BytesPerSecond;
        _lineFreeAt = Math.Max(now, _lineFreeAt) + onLine;
        _chunks.Enqueue((_lineFreeAt + (long)(link.Latency.TotalSeconds * second), bytes));
        _underWay += bytes.Length;
        traffic.OnSent(bytes.Length);
        Wake();
    }

    private int TakeDue(Span<byte> destination)
    {
        int taken = 0;
        long now = timeProvider.GetTimestamp();
        while (taken < destination.Length && _chunks.TryPeek(out (long DueAt, byte[] Bytes) head) && head.DueAt <= now)
        {
            int count = Math.Min(destination.Length - taken, head.Bytes.Length - _headOffset);
            head.Bytes.AsSpan(_headOffset, count).CopyTo(destination[taken..]);
            taken += count;
            _headOffset += count;
            if (_headOffset == head.Bytes.Length)
            {
                _chunks.Dequeue();
                _headOffset = 0;
            }
        }

        _underWay -= taken;
        traffic.OnTaken(taken);
        if (taken > 0)
            Wake();
        return taken;
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            Wake();
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One end of an in-memory connection.</summary>
internal sealed class InMemoryStream(InMemoryPipe input, InMemoryPipe output) : DuplexStream
{
    private readonly CancellationTokenSource _disposed = new();

    public void Break()
    {
        input.Break();
        output.Break();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, cancellationToken);
        try
        {
            return await input.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("the connection was closed", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, cancellationToken);
        try
        {
            await output.WriteAsync(buffer, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("the connection was closed", e);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        // Closing works as with a socket: the other side reads the bytes in transit and then the end of the stream, and its further writes fail.
        if (disposing && !_disposed.IsCancellationRequested)
        {
            _disposed.Cancel();
            output.End();
            input.End();
        }

        base.Dispose(disposing);
    }
}
