namespace Pieces.Net;

/// <summary>
/// The stream that a peer connection uses: waits for the rate limiters, counts bytes, and shows whether it waits for the remote side. Downloads are
/// limited by not reading, which closes the sender's TCP window. One reader and one writer at a time; it does not own the inner stream.
/// </summary>
internal sealed class ThrottledStream : DuplexStream, IScatterReader
{
    private readonly Stream _inner;
    private readonly RateTap? _readTap;
    private readonly RateTap? _writeTap;
    private long _bytesRead;
    private long _bytesWritten;
    private volatile bool _isReading;
    private volatile bool _isWriting;

    /// <summary>Wraps <paramref name="inner"/>; a null limiter limits nothing.</summary>
    public ThrottledStream(Stream inner, RateLimiter? readLimiter, RateLimiter? writeLimiter)
    {
        _inner = inner;
        _readTap = readLimiter is null ? null : new RateTap(readLimiter);
        _writeTap = writeLimiter is null ? null : new RateTap(writeLimiter);
    }

    /// <summary>Bytes received so far, protocol overhead included.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes passed to the network so far, protocol overhead included.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Whether a read waits for the remote side, not for a limiter.</summary>
    public bool IsReading => _isReading;

    /// <summary>Whether a write waits for the remote side, not for a limiter.</summary>
    public bool IsWriting => _isWriting;

    /// <summary>Whether reads may have to wait for a limiter.</summary>
    public bool IsReadLimited => _readTap is { IsLimited: true };

    /// <summary>Whether several buffers can be filled at once: not under a limit, since that shortens reads.</summary>
    public bool CanScatter => _inner is IScatterReader { CanScatter: true } && _readTap is not { IsLimited: true };

    /// <inheritdoc/>
    public int Available => ((IScatterReader)_inner).Available;

    /// <summary>Reads; an empty <paramref name="buffer"/> waits until data is available and takes nothing from the limiter.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int granted = 0;
        if (_readTap is { IsLimited: true } && !buffer.IsEmpty)
        {
            // Acquire only once data is available: a silent peer must not hold bandwidth that others could use.
            await ReadInnerAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            granted = Math.Min(buffer.Length, _readTap.Quantum);
            await _readTap.AcquireAsync(granted, cancellationToken).ConfigureAwait(false);
            buffer = buffer[..granted];
        }

        int count = 0;
        try
        {
            count = await ReadInnerAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (granted > count)
                _readTap!.Refund(granted - count);
        }

        Interlocked.Add(ref _bytesRead, count);
        return count;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
    {
        _isReading = true;
        try
        {
            int count = await ((IScatterReader)_inner).ReadAsync(buffers).ConfigureAwait(false);
            Interlocked.Add(ref _bytesRead, count);
            return count;
        }
        finally
        {
            _isReading = false;
        }
    }

    /// <summary>Writes all of <paramref name="buffer"/>, in parts if there is a limit.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            int count = buffer.Length;
            if (_writeTap is { IsLimited: true })
            {
                count = Math.Min(count, _writeTap.Quantum);
                await _writeTap.AcquireAsync(count, cancellationToken).ConfigureAwait(false);
            }

            _isWriting = true;
            try
            {
                await _inner.WriteAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _isWriting = false;
            }

            Interlocked.Add(ref _bytesWritten, count);
            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    private async ValueTask<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _isReading = true;
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isReading = false;
        }
    }
}
