using System.IO.Compression;
using Pieces.Metadata;

namespace Pieces.Cli.Sources;

/// <summary>Reads all bytes of a source up to a limit, and decompresses gzip, because caches and servers store torrents compressed.</summary>
internal static class SourceBytes
{
    /// <summary>Maximum size of a decompressed torrent, in bytes. A few bytes of gzip can expand to a very large amount of data.</summary>
    public const int MaxUnpackedLength = 64 * 1024 * 1024;

    private const int FirstCapacity = 64 * 1024;

    /// <summary>Reads a stream to its end without closing it.</summary>
    /// <exception cref="MetainfoException">The stream is longer than the limit.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int maxLength, CancellationToken cancellationToken)
    {
        long expected = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (expected > maxLength)
            throw TooLong(maxLength);

        // One byte more than expected, so that the end is detected without growing the buffer. A length of 0 means unknown, because devices report it
        // too.
        byte[] bytes = new byte[expected > 0 ? expected + 1 : FirstCapacity];
        int length = 0;
        int read;
        while ((read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > maxLength)
                throw TooLong(maxLength);
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * length, maxLength + 1L));
        }

        return bytes.AsMemory(0, length);
    }

    /// <summary>Returns the bytes, decompressed if they are gzip.</summary>
    /// <exception cref="MetainfoException">The gzip data is damaged, or its contents exceed the limit.</exception>
    public static async Task<ReadOnlyMemory<byte>> UnpackAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.Span is not [0x1F, 0x8B, ..])
            return bytes;
        try
        {
            using var packed = new MemoryStream(bytes.ToArray(), writable: false);
            await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            return await ReadAsync(unpacked, MaxUnpackedLength, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new MetainfoException("it is data compressed with gzip, and damaged (get it again)", e);
        }
    }

    /// <summary>Returns the failure for a source that is too long.</summary>
    public static MetainfoException TooLong(int maxLength) => new($"over the limit of {maxLength} bytes for a torrent from this source");
}
