using System.IO.Compression;
using Pieces.Metadata;

namespace Pieces.Cli.Sources;

/// <summary>Reads all bytes of a source, up to a limit, and undoes gzip, in which caches and servers keep torrents.</summary>
internal static class SourceBytes
{
    /// <summary>Longest torrent that is unpacked, in bytes: a few bytes of gzip can become very many.</summary>
    public const int MaxUnpackedLength = 64 * 1024 * 1024;

    private const int FirstCapacity = 64 * 1024;

    /// <summary>Reads a stream to its end; it stays the caller's.</summary>
    /// <exception cref="MetainfoException">It is longer than the limit.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int maxLength, CancellationToken cancellationToken)
    {
        long expected = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (expected > maxLength)
            throw TooLong(maxLength);

        // One byte more than expected, so that the end is seen without growing. A length of 0 says nothing: devices have it too.
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

    /// <summary>The bytes themselves, or what is in them when they are gzip.</summary>
    /// <exception cref="MetainfoException">They are damaged gzip, or more is in them than the limit.</exception>
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

    /// <summary>The refusal of a source that is too long.</summary>
    public static MetainfoException TooLong(int maxLength) => new($"over the limit of {maxLength} bytes for a torrent from there");
}
