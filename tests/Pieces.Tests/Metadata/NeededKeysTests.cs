using System.Text;
using Pieces.Bencode;
using Pieces.Metadata;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Metadata;

/// <summary>Where an irregular encoding is accepted, and where it makes the torrent invalid.</summary>
[Trait("Tier", "Pure")]
public class NeededKeysTests
{
    private const string Pieces = "6:pieces20:hhhhhhhhhhhhhhhhhhhh";
    private const string Single = "6:lengthi5e4:name1:a12:piece lengthi16384e" + Pieces;
    private const string Several = "5:filesld6:lengthi5e4:pathl1:beee4:name1:a12:piece lengthi16384e" + Pieces;

    [Theory]
    [InlineData("d4:infod3:1231:a3:1231:b" + Single + "ee", "already has")]
    [InlineData("d10:created by1:a10:created by1:b4:infod" + Single + "ee", "already has")]
    [InlineData("d13:creation datei01500000000e4:infod" + Single + "ee", "leading zero")]
    [InlineData("d13:creation datei18446744073709551616e4:infod" + Single + "ee", "64 bits")]
    [InlineData("d16:peer_cache_validi-2.69E+18e4:infod" + Single + "ee", "other characters")]
    [InlineData("d7:comment02:ab4:infod" + Single + "ee", "length with a leading zero")]
    [InlineData("d4:infod5:filesld6:lengthi5e5:mtimei007e4:pathl1:beee4:name1:a12:piece lengthi16384e" + Pieces + "ee", "leading zero")]
    [InlineData("d4:infod5:filesld3:md51:a3:md51:b6:lengthi5e4:pathl1:beee4:name1:a12:piece lengthi16384e" + Pieces + "ee", "already has")]
    [InlineData("d4:infod6:lengthi5e4:name1:a12:piece lengthi16384e" + Pieces + "6:sourcei99999999999999999999eee", "64 bits")]
    public void An_odd_value_that_nothing_depends_on_is_worth_a_remark(string text, string says)
    {
        Metainfo metainfo = MetainfoParser.Parse(Encoding.Latin1.GetBytes(text));
        metainfo.TotalLength.Should().Be(5);
        metainfo.Warnings.Should().BeEmpty();
        metainfo.Remarks.Should().ContainSingle().Which.Should().Contain(says).And.Contain("it affects no required value");
    }

    [Theory]
    [InlineData("d4:infod" + Single + "e4:infod" + Several + "ee")]
    [InlineData("d4:infod6:lengthi5e" + Single + "ee")]
    [InlineData("d4:infod6:lengthi05e4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod6:lengthi5e4:name01:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod6:lengthi5e4:name1:a12:piece lengthi016384e" + Pieces + "ee")]
    [InlineData("d4:infod6:lengthi5e4:name1:a12:piece lengthi16384e6:pieces020:hhhhhhhhhhhhhhhhhhhhee")]
    [InlineData("d4:infod06:lengthi5e4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod" + Single + "7:privatei01eee")]
    [InlineData("d4:infod" + Single + "7:privatei1e7:privatei0eee")]
    [InlineData("d4:infod" + Single + "7:privatei99999999999999999999eee")]
    [InlineData("d4:infod5:filesld6:lengthi05e4:pathl1:beee4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod5:filesld6:lengthi5e4:pathl01:beee4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod5:filesld6:lengthi5e4:pathl1:be4:pathl1:ceee4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    [InlineData("d4:infod5:filesld6:lengthi5e4:pathl1:beeeld6:lengthi5eee4:name1:a12:piece lengthi16384e" + Pieces + "ee")]
    public void An_odd_value_of_what_is_hashed_or_written_refuses_the_torrent(string text)
    {
        Action parse = () => MetainfoParser.Parse(Encoding.Latin1.GetBytes(text));
        parse.Should().Throw<MetainfoException>();
    }

    [Fact]
    public void What_is_over_a_limit_is_not_called_damaged()
    {
        byte[] torrent = Encoding.Latin1.GetBytes("d1:x" + new string('l', 200) + new string('e', 200) + "e");
        Action parse = () => MetainfoParser.Parse(torrent);
        parse.Should().Throw<MetainfoException>().Which.Message.Should().Contain("over the limit of 100 ").And.NotContain("damaged");
    }

    [Theory]
    [InlineData(BencodeReader.MaxOddities, true)]
    [InlineData(BencodeReader.MaxOddities + 1, false)]
    public void One_oddity_too_many_is_over_the_limit(int oddities, bool isRead)
    {
        byte[] torrent = Encoding.Latin1.GetBytes($"d1:al{string.Concat(Enumerable.Repeat("i00e", oddities))}e4:infod{Single}ee");
        Action parse = () => MetainfoParser.Parse(torrent);
        if (isRead)
            parse.Should().NotThrow();
        else
            parse.Should().Throw<MetainfoException>().Which.Message.Should().Contain("over the limit of 1000 irregular").And.NotContain("damaged");
    }

    [Fact]
    public void What_an_editor_put_before_the_torrent_is_ignored()
    {
        byte[] sound = Bytes(SingleInfo());
        foreach (byte[] before in new byte[][] { [0xEF, 0xBB, 0xBF], [.. "\r\n"u8], [0xEF, 0xBB, 0xBF, .. " \n"u8] })
        {
            Metainfo metainfo = MetainfoParser.Parse(new byte[][] { before, sound }.SelectMany(part => part).ToArray());
            metainfo.InfoHash.Should().Be(MetainfoParser.Parse(sound).InfoHash);
            metainfo.Warnings.Should().ContainSingle().Which.Should().Be($"{before.Length} bytes before the beginning of the torrent are ignored");
        }
    }
}
