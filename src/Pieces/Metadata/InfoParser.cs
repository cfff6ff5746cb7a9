using System.Collections.Immutable;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>The content of an <c>info</c> dictionary.</summary>
/// <param name="Name">Safe name of the file or top folder.</param>
/// <param name="OriginalName">The name as in the metainfo.</param>
/// <param name="Files">All entries.</param>
/// <param name="IsMultiFile">Whether there is a <c>files</c> list.</param>
/// <param name="Layout">Piece and block arithmetic.</param>
/// <param name="PieceHashes">The concatenated hashes of all pieces.</param>
/// <param name="IsHybrid">Whether there is also a valid v2 part.</param>
internal sealed record InfoSection(
    string Name,
    string OriginalName,
    ImmutableArray<FileEntry> Files,
    bool IsMultiFile,
    PieceLayout Layout,
    ReadOnlyMemory<byte> PieceHashes,
    bool IsHybrid);

/// <summary>Reads and validates the <c>info</c> dictionary of a torrent (BEP 3; for hybrids BEP 52).</summary>
internal static class InfoParser
{
    /// <exception cref="MetainfoException">The value is invalid or not supported; the message names the key and the reason.</exception>
    public static InfoSection Parse(BencodeNode info, InfoHash infoHash, PathRules rules, WarningList warnings)
    {
        bool hasV2 = HasVersion2(info);
        if (hasV2 && !info.TryGet("pieces"u8, out _))
        {
            throw new MetainfoException(
                "this is a BitTorrent v2 torrent without a v1 half, which is not supported yet; use a v1 or hybrid torrent");
        }

        int pieceLength = ReadPieceLength(info);
        (string name, string original) = ReadName(info, infoHash, rules, warnings);
        var list = new FileListParser(name, original, rules, warnings);
        bool isMultiFile = info.TryGet("files"u8, out BencodeNode files);
        ImmutableArray<FileEntry> entries = isMultiFile ? list.ParseFiles(files) : list.ParseSingle(info);
        PieceLayout layout = MakeLayout(entries, pieceLength);
        ReadOnlyMemory<byte> hashes = ReadHashes(info, layout);
        if (hasV2)
            HybridCheck.Verify(info, entries, isMultiFile, pieceLength);
        return new InfoSection(name, original, entries, isMultiFile, layout, hashes, hasV2);
    }

    private static bool HasVersion2(BencodeNode info)
    {
        if (!info.TryGet("meta version"u8, out BencodeNode node))
            return false;
        if (!node.TryGetInteger(out long version))
            throw new MetainfoException($"\"meta version\" is {Describe(node)}, not an integer; the file is damaged");
        return version switch
        {
            1 => false,
            2 => true,
            _ => throw new MetainfoException($"\"meta version\" is {version}; only 1 and 2 are supported"),
        };
    }

    private static int ReadPieceLength(BencodeNode info)
    {
        long length = Required(info, "piece length"u8, "piece length");
        if (length is <= 0 or > PieceLayout.MaxPieceLength)
            throw new MetainfoException($"\"piece length\" is {length} bytes; 1 to {PieceLayout.MaxPieceLength} are accepted");
        return (int)length;
    }

    private static (string Safe, string Original) ReadName(BencodeNode info, InfoHash infoHash, PathRules rules, WarningList warnings)
    {
        if (!info.TryGetText("name.utf-8"u8, out string? original))
        {
            if (!info.TryGet("name"u8, out BencodeNode node))
                throw new MetainfoException("\"name\" is missing from \"info\"; the file is damaged");
            if (!node.TryGetLooseText(out original))
                throw new MetainfoException($"\"name\" is {Describe(node)}, not a string; the file is damaged");
        }

        string safe = SafePath.MakeSafeTop(original, rules);
        if (safe.Length == 0)
            safe = infoHash.ToString();
        if (safe != original)
            warnings.AddRenamed(original, safe);
        return (safe, original);
    }

    private static PieceLayout MakeLayout(ImmutableArray<FileEntry> entries, int pieceLength)
    {
        FileEntry last = entries[^1];
        long total = last.Offset + last.Length;
        if (total == 0)
            throw new MetainfoException("all files are 0 bytes long; there is nothing to download");
        long count = ((total - 1) / pieceLength) + 1;
        if (count > PieceLayout.MaxPieceCount)
        {
            throw new MetainfoException(
                $"{total} bytes in pieces of {pieceLength} are {count} pieces; at most {PieceLayout.MaxPieceCount} are accepted");
        }

        return new PieceLayout(total, pieceLength);
    }

    private static ReadOnlyMemory<byte> ReadHashes(BencodeNode info, PieceLayout layout)
    {
        if (!info.TryGet("pieces"u8, out BencodeNode node))
            throw new MetainfoException("\"pieces\" is missing from \"info\"; the file is damaged");
        if (!node.TryGetMemory(out ReadOnlyMemory<byte> hashes))
            throw new MetainfoException($"\"pieces\" is {Describe(node)}, not a string; the file is damaged");
        if (hashes.Length % Sha1Digest.Length != 0)
            throw new MetainfoException($"\"pieces\" is {hashes.Length} bytes long, not a multiple of {Sha1Digest.Length}; the file is damaged");
        int count = hashes.Length / Sha1Digest.Length;
        if (count != layout.PieceCount)
        {
            throw new MetainfoException(
                $"\"pieces\" has {count} hashes, but {layout.TotalLength} bytes in pieces of {layout.PieceLength} need {layout.PieceCount}; " +
                "the file is damaged");
        }

        return hashes;
    }

    private static long Required(BencodeNode dictionary, ReadOnlySpan<byte> key, string name)
    {
        if (!dictionary.TryGet(key, out BencodeNode node))
            throw new MetainfoException($"\"{name}\" is missing from \"info\"; the file is damaged");
        if (!node.TryGetInteger(out long value))
            throw new MetainfoException($"\"{name}\" is {Describe(node)}, not an integer; the file is damaged");
        return value;
    }

    /// <summary>The type of a value with an article, for messages.</summary>
    internal static string Describe(BencodeNode node) => node.Kind switch
    {
        BencodeKind.Integer => "an integer",
        BencodeKind.Bytes => "a string",
        BencodeKind.List => "a list",
        BencodeKind.Dictionary => "a dictionary",
        _ => "missing",
    };
}
