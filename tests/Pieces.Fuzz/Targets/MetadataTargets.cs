using System.Text;
using Pieces.Bencode;
using Pieces.Fuzz.Engine;
using Pieces.Metadata;

namespace Pieces.Fuzz.Targets;

/// <summary>Bencode, torrents, magnet links.</summary>
internal static class MetadataTargets
{
    private const int Long = 8 * 1024;

    public static IEnumerable<IFuzzTarget> All =>
    [
        new ParserTarget("bencode", Long, BencodeSeeds, FuzzWords.Bencode, RunBencode),
        new ParserTarget("metainfo", Long, TorrentSeeds, [.. FuzzWords.Bencode, .. TorrentWords], RunMetainfo),
        new ParserTarget("magnet", 2048, LinkSeeds, LinkWords, RunMagnet),
    ];

    private static byte[][] TorrentWords => FuzzWords.Keys(
        "announce", "announce-list", "info", "name", "name.utf-8", "length", "piece length", "pieces", "files", "path", "path.utf-8", "private",
        "attr", "meta version", "file tree", "pieces root", "piece layers", "url-list", "httpseeds", "nodes", "encoding", "creation date",
        "comment", "created by", "source", "sha1", "md5sum", "symlink path", "..", ".", "", "con", "a/b", "\\");

    private static byte[][] LinkWords => FuzzWords.Of(
        "magnet:?", "xt=", "xt.1=", "urn:btih:", "urn:btmh:1220", "dn=", "tr=", "tr.1=", "x.pe=", "ws=", "as=", "xs=", "so=", "xl=", "kt=", "&",
        "&amp;", "%", "%00", "%20", "%E2%80%AE", "[::1]:1", "127.0.0.1:6881", "0-4294967295", "0,2,4-8", "+", "=", "?", "#",
        "0123456789abcdef0123456789abcdef01234567");

    private static byte[][] BencodeSeeds() =>
        FuzzWords.Of("de", "le", "i42e", "4:spam", "d3:cow3:moo4:spam4:eggse", "d4:spaml1:a1:bee", "lli1eel0:eed0:dee", "d1:ad1:bd1:cleeee");

    private static byte[][] TorrentSeeds()
    {
        const string Length = "12:piece lengthi16384e";
        const string Header = "d8:announce14:http://a/a/ann13:announce-listll14:http://a/a/annel15:udp://b:80/annoee";
        const string Padding = "d4:attr1:p6:lengthi5e4:pathl4:.pad1:5ee";
        string hash = $"6:pieces20:{new string('h', 20)}", hash2 = $"6:pieces40:{new string('k', 40)}";
        string tree = $"9:file treed1:ad0:d6:lengthi16384e11:pieces root32:{new string('r', 32)}eee";
        return FuzzWords.Of(
            $"d4:infod6:lengthi16384e4:name1:a{Length}{hash}ee",
            $"{Header}4:infod6:lengthi20000e4:name1:a{Length}{hash2}7:privatei1eee",
            $"d4:infod5:filesld6:lengthi10000e4:pathl1:d1:aeed6:lengthi10000e4:pathl1:bee{Padding}e4:name3:top{Length}{hash2}e8:url-list9:http://c/e",
            $"d4:infod{tree}12:meta versioni2e4:name1:a{Length}e12:piece layersdee",
            $"d13:creation datei1e7:comment1:c10:created by1:p4:infod{tree}6:lengthi16384e12:meta versioni2e4:name1:a{Length}{hash}ee");
    }

    private static byte[][] LinkSeeds() => FuzzWords.Of(
        "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=name&tr=http%3A%2F%2Fa%2Fannounce&x.pe=10.0.0.1:6881&x.pe=[::1]:1",
        "magnet:?xt=urn:btih:AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYU&so=0,2,4-6&ws=http://a/b&xl=100",
        $"magnet:?xt=urn:btmh:1220{new string('a', 64)}&xt.2=urn:btih:0123456789abcdef0123456789abcdef01234567");

    private static void RunBencode(byte[] input)
    {
        BencodeNode root;
        try
        {
            root = BencodeReader.Read(input);
        }
        catch (BencodeException)
        {
            return;
        }

        BrokenPromiseException.Unless(root.Raw.Length == input.Length, "the value covers the whole buffer");
        int covered = 0;
        Walk(root, ref covered);
        BrokenPromiseException.Unless(covered <= input.Length, "values do not overlap");
    }

    private static void Walk(BencodeNode node, ref int leaves)
    {
        switch (node.Kind)
        {
            case BencodeKind.List:
                foreach (BencodeNode item in node.Items)
                    Walk(item, ref leaves);
                break;
            case BencodeKind.Dictionary:
                foreach (BencodeEntry entry in node.Entries)
                    Walk(entry.Value, ref leaves);
                break;
            default:
                leaves += node.Raw.Length;
                _ = node.TryGetInteger(out _);
                _ = node.TryGetText(out _);
                _ = node.TryGetLooseText(out _);
                break;
        }
    }

    private static void RunMetainfo(byte[] input)
    {
        Metainfo metainfo;
        try
        {
            metainfo = MetainfoParser.Parse(input);
        }
        catch (MetainfoException)
        {
            return;
        }

        BrokenPromiseException.Unless(metainfo.TotalLength >= 0, "lengths are not negative");
        foreach (FileEntry file in metainfo.Files)
        {
            string path = file.RelativePath;
            BrokenPromiseException.Unless(!Path.IsPathRooted(path), "paths are relative");
            BrokenPromiseException.Unless(!path.Split('/', '\\').Contains(".."), "paths do not climb");
            BrokenPromiseException.Unless(!path.Contains('\0'), "paths have no zero byte");
            _ = metainfo.Layout.PiecesOf(file);
        }

        // What a torrent becomes as a link can be read again.
        var link = MagnetLink.Parse(MagnetLink.Of(metainfo).ToString());
        BrokenPromiseException.Unless(link.InfoHash == metainfo.InfoHash, "the link names the torrent");
    }

    private static void RunMagnet(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        _ = MagnetLink.IsLink(text);
        _ = MagnetLink.DisplayNameOf(text);
        MagnetLink link;
        try
        {
            link = MagnetLink.Parse(text);
        }
        catch (MagnetException)
        {
            return;
        }

        var again = MagnetLink.Parse(link.ToString());
        bool isSame = again.InfoHash == link.InfoHash && again.Trackers.Length == link.Trackers.Length;
        BrokenPromiseException.Unless(isSame, "a printed link means the same");
    }
}
