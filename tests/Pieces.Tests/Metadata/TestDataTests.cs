using Pieces.Metadata;
using Pieces.Tests.Bencode;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Metadata;

/// <summary>The files of testdata/: the content of each, how it was created, and the expected result.</summary>
[Trait("Tier", "Pure")]
public class TestDataTests
{
    /// <summary>Name, bytes, a part of the error message (null for a valid torrent), and a description.</summary>
    private static readonly (string Name, byte[] Bytes, string? Error, string About)[] Catalogue =
    [
        ("single", Bytes(SingleInfo()), null, "one file of three pieces"),
        ("multi", Bytes(MultiInfo("a/b", "a/c", "d")), null, "three files in folders"),
        ("sources", Bytes(SingleInfo(), Sources()), null, "tracker tiers with white space and duplicates, a web seed, DHT nodes, a comment, a date"),
        ("private", Bytes(With(SingleInfo(), "private", 1)), null, "the private flag (BEP 27)"),
        ("large",
            Bytes(With(With(SingleInfo(length: 5L << 30), "piece length", 1 << 24), "pieces", new string('h', 320 * 20))),
            null,
            "5 GiB: 64-bit lengths"),
        ("unsorted",
            Bencoded.Latin1($"d4:infod4:name1:a6:lengthi5e6:pieces20:{new string('h', 20)}12:piece lengthi16384eee"),
            null,
            "info keys out of order"),
        ("trailing", [.. Bytes(SingleInfo()), .. "\r\n"u8], null, "a line end behind the torrent"),
        ("padding", Bytes(FilesInfo("top", FileOf("a", 1), FileOf(".pad/16383", 16383, "p"), FileOf("b", 5))), null, "a pad file (BEP 47)"),
        ("padding-by-name",
            Bytes(FilesInfo("top", FileOf("a", 1), FileOf("_____padding_file_0_", 16383), FileOf("b", 5))),
            null,
            "a pad file told by its name"),
        ("symlink", Bytes(FilesInfo("top", FileOf("a", 1), FileOf("link", 0, "l"))), null, "a symbolic link (BEP 47)"),
        ("climbing", Bytes(MultiInfo("../../a", "b")), null, "path components that climb"),
        ("parent-name", Bytes(SingleInfo("..")), null, "a name that is the parent folder"),
        ("backslashes", Bytes(MultiInfo("..\\a", "\\\\server\\share")), null, "separators of another system"),
        ("control", Bytes(MultiInfo("a\u001B[2Jb\n")), null, "control characters in a name"),
        ("devices", Bytes(MultiInfo("CON", "nul.txt", "a.", "b:c")), null, "names that Windows cannot hold"),
        ("long-name", Bytes(SingleInfo(new string('n', 300) + ".txt")), null, "a name of 304 bytes"),
        ("duplicates", Bytes(MultiInfo("foo/bar.txt", "foo/bar.txt")), null, "one path twice"),
        ("file-and-folder", Bytes(MultiInfo("a", "a/b")), null, "a file and a folder of one name"),
        ("cases", Bytes(MultiInfo("README", "readme")), null, "names that differ by case"),
        ("part-name", Bytes(MultiInfo("a", "a.part")), null, "a file called like another one that is unfinished"),
        ("state-name", Bytes(SingleInfo(".other.pieces")), null, "a torrent called like the state folder of another"),
        ("hybrid", Bytes(HybridInfo()), null, "a sound hybrid (BEP 52)"),
        ("hybrid-no-leaf", Bytes(HybridWith("d", new Dict { ["length"] = 0 })), "\"file tree\" is malformed", "a hybrid whose file has no empty key"),
        ("hybrid-other-name", Bytes(HybridWith("e", LeafOf(0))), "more files", "a hybrid whose halves differ"),
        ("v2", Bytes(V2Info()), "BitTorrent v2", "version 2 alone"),
        ("v2-deep", Bytes(DeepV2Info(1000)), "over the limit of 100", "a file tree of 1000 levels"),
        ("lists", Bencoded.Latin1(new string('l', 1000)), "over the limit of 100", "1000 lists that never close"),
        ("not-bencode", "<html>not found</html>"u8.ToArray(), "bencode, byte 0", "a page instead of a torrent"),
        ("string", "4:spam"u8.ToArray(), "is a string", "bencode, but no torrent"),
        ("cut", Bytes(SingleInfo())[..^30], "bencode, byte", "the front of a torrent"),
        ("repeated-key", "d4:infod6:lengthi1e6:lengthi2eee"u8.ToArray(), "already has", "one key twice"),
        ("no-info", Bencoded.Of(new Dict { ["announce"] = "udp://a" }), "\"info\" is missing", "no info"),
        ("no-files", Bytes(FilesInfo("top", [])), "\"files\" is empty", "an empty list of files"),
        ("empty", Bytes(SingleInfo(length: 0)), "0 bytes long", "no bytes at all"),
        ("negative-length", Bytes(With(SingleInfo(), "length", -1)), "-1 bytes", "a length below zero"),
        ("overflow",
            Bytes(With(MultiInfo("a", "b"), "files", new List<object> { FileOf("a", long.MaxValue), FileOf("b", 1) })),
            "2^63",
            "lengths whose sum is past 63 bits"),
        ("piece-length-zero", Bytes(With(SingleInfo(), "piece length", 0)), "\"piece length\" is 0", "pieces of no bytes"),
        ("piece-length-huge", Bytes(With(SingleInfo(), "piece length", int.MaxValue)), "\"piece length\" is 2147483647", "pieces past the limit"),
        ("unaligned-hashes", Bytes(With(SingleInfo(), "pieces", new string('h', 41))), "not a multiple of 20", "a hash cut short"),
        ("few-hashes", Bytes(With(SingleInfo(), "length", 10_000_000)), "need 611", "fewer hashes than pieces"),
    ];

    public static TheoryData<string> Names() => [.. Catalogue.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_of_testdata_is_as_it_was_made_and_gets_its_verdict(string name)
    {
        (_, byte[] bytes, string? error, _) = Catalogue.Single(entry => entry.Name == name);
        byte[] file = File.ReadAllBytes(Repository.TestData(name + ".torrent"));
        file.Should().Equal(bytes);
        Func<Metainfo> parse = () => MetainfoParser.Parse(file);
        if (error is null)
            PathChecks.ShouldBeSafe(parse.Should().NotThrow().Subject, SafePath.CurrentRules);
        else
            parse.Should().Throw<MetainfoException>().Which.Message.Should().Contain(error);
    }

    [Fact]
    public void Every_file_of_testdata_has_its_line() =>
        File.ReadAllText(Repository.TestData("README.md")).ReplaceLineEndings("\n").Should().Be(Readme());

    [Fact(Explicit = true)]
    [Trait("Writes", "testdata")]
    public void Write_testdata_again()
    {
        Directory.CreateDirectory(Repository.TestData(""));
        foreach ((string name, byte[] bytes, _, _) in Catalogue)
            File.WriteAllBytes(Repository.TestData(name + ".torrent"), bytes);
        File.WriteAllText(Repository.TestData("README.md"), Readme());
    }

    private static string Readme()
    {
        IEnumerable<string> lines = Catalogue.Select(
            entry => $"| {entry.Name}.torrent | {(entry.Error is null ? "sound" : "refused")} | {entry.About} |");
        return "# Torrents to test with\n\nMade by `TestDataTests`, whose explicit test `Write_testdata_again` writes them.\n" +
            "Their hashes are of no real data.\n\n| file | verdict | what it is about |\n| --- | --- | --- |\n" + string.Join('\n', lines) + "\n";
    }

    private static Dict HybridWith(string name, Dict leaf)
    {
        Dict info = HybridInfo();
        ((Dict)info["file tree"])[name] = leaf;
        return info;
    }

    private static Dict Sources() => new()
    {
        ["announce"] = " http://tracker.example/announce",
        ["announce-list"] = new List<object>
        {
            new List<object> { " http://tracker.example/announce", "udp://tracker.example:6969" },
            new List<object> { "udp://tracker.example:6969", "" },
            new List<object> { "udp://other.example:80" },
        },
        ["comment"] = "a comment",
        ["creation date"] = 1_234_567,
        ["nodes"] = new List<object> { new List<object> { "127.0.0.1", 6881 } },
        ["url-list"] = "http://web.example/file",
    };
}
