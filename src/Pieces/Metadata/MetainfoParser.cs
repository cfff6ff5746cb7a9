namespace Pieces.Metadata;

/// <summary>Bytes of a .torrent to <see cref="Metainfo"/> (BEP 3, 12, 19, 27, 47; the v1 half of BEP 52 hybrids).</summary>
public static class MetainfoParser
{
    /// <summary>Longest .torrent that is read, in bytes.</summary>
    public const int MaxFileLength = 512 * 1024 * 1024;

    /// <summary>Parses and validates.</summary>
    /// <exception cref="MetainfoException">It is not a torrent that can be used; the message says why.</exception>
    public static Metainfo Parse(ReadOnlyMemory<byte> bytes) => throw new NotImplementedException();
}
