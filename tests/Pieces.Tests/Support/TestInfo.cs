using Pieces.Metadata;
using Pieces.Tests.Bencode;

namespace Pieces.Tests.Support;

/// <summary>
/// The dictionaries of a .torrent file. <see cref="TestTorrent"/> describes its content with them. A test of a .torrent file alone needs no content:
/// it changes the dictionaries in its own way, and their hashes are of no real data.
/// </summary>
internal static class TestInfo
{
    public const int PieceLength = 16384;

    /// <summary>A sound <c>info</c> of one file.</summary>
    public static Dict SingleInfo(string name = "file.bin", long length = 40_000) => new()
    {
        ["length"] = length,
        ["name"] = name,
        ["piece length"] = PieceLength,
        ["pieces"] = Hashes(length),
    };

    /// <summary>A sound <c>info</c> of files of 100 bytes with these paths, '/' between components.</summary>
    public static Dict MultiInfo(params string[] paths) => FilesInfo("top", [.. paths.Select(path => FileOf(path))]);

    /// <summary>A sound <c>info</c> of these files.</summary>
    public static Dict FilesInfo(string name, params Dict[] files) => new()
    {
        ["files"] = files.ToList<object>(),
        ["name"] = name,
        ["piece length"] = PieceLength,
        ["pieces"] = Hashes(files.Sum(file => (long)file["length"])),
    };

    /// <summary>An entry of <c>files</c>.</summary>
    public static Dict FileOf(string path, long length = 100, string? attributes = null)
    {
        var file = new Dict { ["length"] = length, ["path"] = path.Split('/').ToList<object>() };
        if (attributes is not null)
            file["attr"] = attributes;
        return file;
    }

    /// <summary>A copy of a dictionary with one more or another value.</summary>
    public static Dict With(Dict info, string key, object value)
    {
        Dict copy = [];
        foreach ((string old, object inner) in info)
            copy[old] = inner;
        copy[key] = value;
        return copy;
    }

    /// <summary>A leaf of a file tree.</summary>
    public static Dict LeafOf(long length)
    {
        var leaf = new Dict { ["length"] = length };
        if (length > 0)
            leaf["pieces root"] = new string('r', 32);
        return new Dict { [""] = leaf };
    }

    /// <summary>A sound hybrid: a file of one byte, one in a folder, an empty one, and the padding between them.</summary>
    public static Dict HybridInfo()
    {
        Dict info = FilesInfo("top", FileOf("a", 1), FileOf(".pad/16383", 16383, "p"), FileOf("b/c", 20_000), FileOf("d", 0));
        info["meta version"] = 2;
        info["file tree"] = new Dict { ["a"] = LeafOf(1), ["b"] = new Dict { ["c"] = LeafOf(20_000) }, ["d"] = LeafOf(0) };
        return info;
    }

    /// <summary>A version 2 torrent without version 1 data.</summary>
    public static Dict V2Info() => new()
    {
        ["file tree"] = new Dict { ["file.bin"] = LeafOf(40_000) },
        ["meta version"] = 2,
        ["name"] = "file.bin",
        ["piece length"] = PieceLength,
    };

    /// <summary>A file tree that is nested deeper than a decoder may accept.</summary>
    public static Dict DeepV2Info(int depth)
    {
        Dict tree = LeafOf(1);
        for (int i = 0; i < depth; i++)
            tree = new Dict { ["d"] = tree };
        Dict info = V2Info();
        info["file tree"] = tree;
        return info;
    }

    public static string Hashes(long length) => new('h', (int)((length + PieceLength - 1) / PieceLength) * 20);

    public static byte[] Bytes(Dict info, Dict? outer = null)
    {
        Dict root = outer ?? [];
        root["info"] = info;
        return Bencoded.Of(root);
    }

    public static Metainfo Parse(Dict info, Dict? outer = null, PathRules rules = PathRules.Posix) =>
        MetainfoParser.Parse(Bytes(info, outer), rules);

    public static string ErrorOf(Dict info)
    {
        Action parse = () => Parse(info);
        return parse.Should().Throw<MetainfoException>().Which.Message;
    }

    public static string[] PathsOf(Metainfo metainfo) => [.. metainfo.Files.Where(file => file.IsOnDisk).Select(file => file.RelativePath)];
}
