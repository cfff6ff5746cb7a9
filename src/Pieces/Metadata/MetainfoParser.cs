using System.Collections.Immutable;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Parses a .torrent into a <see cref="Metainfo"/> (BEP 3, 5, 12, 19, 27, 47; the v1 part of BEP 52 hybrids).</summary>
public static class MetainfoParser
{
    /// <summary>Maximum length of a .torrent file, in bytes.</summary>
    public const int MaxFileLength = 512 * 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Parses and validates a .torrent.</summary>
    /// <exception cref="MetainfoException">The torrent is invalid or not supported; the message names the reason.</exception>
    public static Metainfo Parse(ReadOnlyMemory<byte> bytes) => Parse(bytes, SafePath.CurrentRules);

    /// <summary>Parses and validates a .torrent, with file names for the given system.</summary>
    /// <exception cref="MetainfoException">The torrent is invalid or not supported; the message names the reason.</exception>
    internal static Metainfo Parse(ReadOnlyMemory<byte> bytes, PathRules rules)
    {
        if (bytes.Length > MaxFileLength)
            throw new MetainfoException($"over the limit of {MaxFileLength} bytes: the file has {bytes.Length}");
        var warnings = new WarningList();
        BencodeNode root = Decode(bytes, warnings);
        if (root.Kind != BencodeKind.Dictionary)
            throw new MetainfoException($"the file is {InfoParser.Describe(root)}, not a dictionary; it is not a torrent");
        if (!root.TryGet("info"u8, out BencodeNode info))
            throw new MetainfoException("\"info\" is missing; it is not a torrent, or it is damaged");
        if (info.Kind != BencodeKind.Dictionary)
            throw new MetainfoException($"\"info\" is {InfoParser.Describe(info)}, not a dictionary; the file is damaged");

        var infoHash = InfoHash.OfInfo(info.Raw.Span);
        InfoSection section = InfoParser.Parse(info, infoHash, rules, warnings);
        if (section.IsHybrid)
            PieceLayersCheck.Verify(root, info, section.Layout.PieceLength);
        var urls = new UrlReader(warnings);
        return new Metainfo
        {
            InfoHash = infoHash,
            InfoBytes = info.Raw,
            Name = section.Name,
            OriginalName = section.OriginalName,
            Files = section.Files,
            IsMultiFile = section.IsMultiFile,
            Layout = section.Layout,
            PieceHashes = section.PieceHashes,
            InfoHashV2 = section.IsHybrid ? InfoHashV2.OfInfo(info.Raw.Span) : null,
            IsPrivate = info.TryGetInteger("private"u8, out long isPrivate) && isPrivate != 0,
            Trackers = urls.ReadTrackers(root),
            WebSeeds = urls.ReadWebSeeds(root),
            Nodes = UrlReader.ReadNodes(root),
            Comment = ReadText(root, "comment"u8, "comment.utf-8"u8),
            Source = ReadText(info, "source"u8, "source.utf-8"u8),
            CreatedBy = ReadText(root, "created by"u8, "created by.utf-8"u8),
            CreationDate = ReadDate(root),
            Warnings = warnings.ToImmutable(),
            Remarks = RemarksOn(root),
        };
    }

    // Bytes after the torrent are harmless and ignored, for example a line feed that some downloads add.
    private static BencodeNode Decode(ReadOnlyMemory<byte> bytes, WarningList warnings)
    {
        try
        {
            // A byte order mark or line feed before the torrent is harmless too: the info-hash only covers the bytes of "info".
            int skipped = bytes.Span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
            skipped = bytes.Length - bytes.Span[skipped..].TrimStart(" \t\r\n"u8).Length;
            if (skipped > 0)
                warnings.Add($"{skipped} bytes before the beginning of the torrent are ignored");
            bytes = bytes[skipped..];
            BencodeNode root = BencodeReader.ReadPrefix(bytes, out int consumed, use: BencodeUse.Lenient);
            NeededKeys.Check(root);
            if (consumed < bytes.Length)
                warnings.Add($"{bytes.Length - consumed} bytes after the end of the torrent are ignored");
            return root;
        }
        catch (BencodeException e)
        {
            throw new MetainfoException(e.IsLimit ? e.Message : $"{e.Message}; the file is damaged or not a torrent", e);
        }
    }

    private static ImmutableArray<string> RemarksOn(BencodeNode root)
    {
        var remarks = new WarningList();
        foreach (BencodeException oddity in root.Oddities.DistinctBy(oddity => oddity.Offset))
            remarks.Add($"{oddity.Message}; it affects no required value");
        return remarks.ToImmutable();
    }

    private static string? ReadText(BencodeNode root, ReadOnlySpan<byte> key, ReadOnlySpan<byte> utf8Key)
    {
        if (!root.TryGetText(utf8Key, out string? text))
            root.TryGetLooseText(key, out text);
        return text;
    }

    private static DateTimeOffset? ReadDate(BencodeNode root)
    {
        bool isDate = root.TryGetInteger("creation date"u8, out long seconds);
        return isDate && seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
