using Pieces.Storage;

namespace Pieces.Cli.Streaming;

/// <summary>
/// A file as the data of a tar entry. It reports that it can seek, because a tar writer buffers a whole unseekable stream in memory. Of a seekable
/// stream it only reads the length.
/// </summary>
internal sealed class TarData : Stream
{
    /// <summary>Size of the copy buffer, in bytes.</summary>
    public const int BufferLength = 256 * 1024;

    private readonly Stream _stream;

    public TarData(ContentFile file) => _stream = file.OpenRead();

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _stream.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _stream.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _stream.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void CopyTo(Stream destination, int bufferSize) =>
        _stream.CopyTo(destination, (int)Math.Clamp(Length - Position, 1, BufferLength));

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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
