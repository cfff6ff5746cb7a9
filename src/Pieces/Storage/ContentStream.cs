namespace Pieces.Storage;

/// <summary>The stream of one file that <see cref="ContentFile.OpenRead"/> returns.</summary>
internal sealed class ContentStream : Stream
{
    private readonly ContentCursor _cursor;
    private readonly int _ordinal;
    private long _position;

    public ContentStream(ContentCursor cursor, int ordinal)
    {
        _cursor = cursor;
        _ordinal = ordinal;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _cursor.Files[_ordinal].Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Moved(_cursor.Read(_ordinal, buffer.AsMemory(offset, count)));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Moved(await _cursor.ReadAsync(_ordinal, buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Moved(int read)
    {
        _position += read;
        return read;
    }
}
