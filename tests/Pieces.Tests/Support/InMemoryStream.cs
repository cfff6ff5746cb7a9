using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>One direction of an in-memory connection: bounded, in order, with latency and rate on a clock.</summary>
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

    /// <summary>Reads what has arrived; 0 at the end. An empty buffer waits until something has.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan due = Timeout.InfiniteTimeSpan;
            lock (_gate)
            {
                if (_isBroken)
                    throw new IOException("connection reset by the other side");
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
                    throw new IOException("connection reset by the other side");
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

    /// <summary>No more will be written; what is under way still arrives.</summary>
    public void End() => Change(() => _isEnded = true);

    /// <summary>Fails reader and writer at once; what is under way is lost.</summary>
    public void Break() => Change(() => _isBroken = true);

    // A delay counts whole milliseconds: less than one would end at once, again and again, while the clock stands.
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
        // As a socket does it: the other side reads what is under way and then the end; what it writes from now on fails.
        if (disposing && !_disposed.IsCancellationRequested)
        {
            _disposed.Cancel();
            output.End();
            input.End();
        }

        base.Dispose(disposing);
    }
}
