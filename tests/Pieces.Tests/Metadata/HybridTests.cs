using Pieces.Metadata;
using Pieces.Tests.Bencode;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class HybridTests
{
    [Fact]
    public void A_sound_hybrid_is_used_as_v1()
    {
        Metainfo metainfo = Parse(HybridInfo());
        metainfo.IsHybrid.Should().BeTrue();
        PathsOf(metainfo).Should().Equal("top/a", "top/b/c", "top/d");
    }

    [Fact]
    public void A_sound_hybrid_of_one_file_is_used_as_v1()
    {
        Metainfo metainfo = Parse(HybridOfOne("file.bin", LeafOf(40_000)));
        metainfo.IsHybrid.Should().BeTrue();
        metainfo.IsMultiFile.Should().BeFalse();
    }

    [Fact]
    public void Refuses_halves_that_name_the_one_file_differently() =>
        ErrorOf(HybridOfOne("other.bin", LeafOf(40_000))).Should().Contain("halves").And.Contain("a different name");

    [Fact]
    public void Refuses_halves_that_differ_in_a_length() =>
        ErrorOf(HybridOfOne("file.bin", LeafOf(40_001))).Should().Contain("40000 bytes long in one and 40001 in the other");

    [Fact]
    public void Refuses_a_file_without_the_empty_key() =>
        ErrorOf(HybridOfOne("file.bin", (Dict)LeafOf(40_000)[""])).Should().Contain("\"file tree\" is malformed");

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void Refuses_a_root_that_cannot_be(string? root)
    {
        Dict leaf = LeafOf(40_000);
        if (root is null)
            ((Dict)leaf[""]).Remove("pieces root");
        else
            ((Dict)leaf[""])["pieces root"] = root;
        ErrorOf(HybridOfOne("file.bin", leaf)).Should().Contain("pieces root");
    }

    [Fact]
    public void Refuses_a_file_that_is_also_a_folder()
    {
        Dict leaf = LeafOf(40_000);
        leaf["inside"] = LeafOf(1);
        ErrorOf(HybridOfOne("file.bin", leaf)).Should().Contain("also a folder");
    }

    [Fact]
    public void Refuses_a_tree_with_a_file_too_many()
    {
        Dict info = HybridInfo();
        ((Dict)info["file tree"])["e"] = LeafOf(0);
        ErrorOf(info).Should().Contain("more files");
    }

    [Fact]
    public void Refuses_a_tree_with_a_file_too_few()
    {
        Dict info = HybridInfo();
        ((Dict)info["file tree"]).Remove("d");
        ErrorOf(info).Should().Contain("file 4 is in \"files\" but not in \"file tree\"");
    }

    [Fact]
    public void Refuses_a_pad_file_in_the_tree()
    {
        Dict info = HybridInfo();
        ((Dict)((Dict)((Dict)info["file tree"])["a"])[""])["attr"] = "p";
        ErrorOf(info).Should().Contain("pad file");
    }

    [Fact]
    public void Refuses_files_that_are_not_aligned()
    {
        Dict info = FilesInfo("top", FileOf("a", 1), FileOf("b", 2));
        info["meta version"] = 2;
        info["file tree"] = new Dict { ["a"] = LeafOf(1), ["b"] = LeafOf(2) };
        ErrorOf(info).Should().Contain("file 2 does not begin at the boundary of a piece");
    }

    [Theory]
    [InlineData(8192)]
    [InlineData(20_000)]
    public void Refuses_a_piece_length_that_v2_does_not_know(int pieceLength)
    {
        Dict info = HybridOfOne("file.bin", LeafOf(40_000));
        info["piece length"] = pieceLength;
        info["pieces"] = new string('h', 20 * ((40_000 + pieceLength - 1) / pieceLength));
        ErrorOf(info).Should().Contain("power of two");
    }

    [Fact]
    public void Refuses_a_missing_tree()
    {
        Dict info = SingleInfo();
        info["meta version"] = 2;
        ErrorOf(info).Should().Contain("\"file tree\" is missing");
    }

    [Theory]
    [InlineData(96, true)]
    [InlineData(64, false)]
    [InlineData(128, false)]
    [InlineData(97, false)]
    public void Piece_layers_have_a_hash_for_each_piece(int length, bool isSound)
    {
        var outer = new Dict { ["piece layers"] = new Dict { [new string('r', 32)] = new string('l', length) } };
        Action parse = () => Parse(HybridOfOne("file.bin", LeafOf(40_000)), outer);
        if (isSound)
            parse.Should().NotThrow();
        else
            parse.Should().Throw<MetainfoException>().WithMessage("*\"piece layers\" is malformed*");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("of no file, but thirty-two long!")]
    public void Piece_layers_belong_to_files(string root)
    {
        var outer = new Dict { ["piece layers"] = new Dict { [root] = new string('l', 96) } };
        Action parse = () => Parse(HybridOfOne("file.bin", LeafOf(40_000)), outer);
        parse.Should().Throw<MetainfoException>().WithMessage("*\"piece layers\" is malformed*");
    }

    private static Dict HybridOfOne(string name, Dict leaf)
    {
        Dict info = SingleInfo("file.bin", 40_000);
        info["meta version"] = 2;
        info["file tree"] = new Dict { [name] = leaf };
        return info;
    }
}
