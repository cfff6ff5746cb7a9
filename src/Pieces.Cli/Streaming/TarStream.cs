using System.Text;

namespace Pieces.Cli.Streaming;

/// <summary>Buffers the output of a tar writer, and removes the process id from the names that the writer gives to extended headers.</summary>
internal sealed class TarStream : Stream
{
    // Layout of a tar header, in bytes.
    private const int HeaderLength = 512;
    private const int NameLength = 100;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;
    private const int TypeOffset = 156;
    private const byte ExtendedHeader = (byte)'x';

    private const int BufferLength = 128 * 1024;

    private readonly BufferedStream _stream;
    private bool _isAtEntry;

    public TarStream(Stream stream) => _stream = new BufferedStream(stream, BufferLength);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Notes that the next header is the first one of an entry.</summary>
    public void BeginEntry() => _isAtEntry = true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isAtEntry && buffer.Length == HeaderLength && buffer[TypeOffset] == ExtendedHeader)
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            buffer.CopyTo(header);
            Rename(header);
            _stream.Write(header);
        }
        else
        {
            _stream.Write(buffer);
        }

        _isAtEntry = false;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    // POSIX permits any name here. Extractors that support extended headers do not use it.
    private static void Rename(Span<byte> header)
    {
        header[..NameLength].Clear();
        "./PaxHeaders/."u8.CopyTo(header);

        // The checksum is the sum of all bytes, with the checksum field counted as spaces. Its format is six octal digits, NUL, space.
        Span<byte> field = header.Slice(ChecksumOffset, ChecksumLength);
        field.Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0'), field);
        field[6] = 0;
    }
}
