using System.Text;
using Pieces.Cli.Sources;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class InputKindTests
{
    [Theory]
    [InlineData("", "it is empty (")]
    [InlineData(" \r\n", "it contains only white space (")]
    [InlineData("\0\0\0", "it contains only zero bytes ")]
    [InlineData("\u001F\u008B\u0008", "it is data compressed with gzip, not a torrent (unpack")]
    [InlineData("\u00FD7zXZ\0", "it is data compressed with xz, not a torrent (")]
    [InlineData("PK\u0003\u0004", "it is a zip archive, not a torrent (")]
    [InlineData("Rar!\u001A\u0007", "it is a RAR archive, not a torrent (")]
    [InlineData("%PDF-1.7", "it is a PDF document, not a torrent (")]
    [InlineData("<!DOCTYPE html>\n<title>Log in</title>", "it is a web page (HTML), not a torrent (")]
    [InlineData("\n\n<HTML><body>", "it is a web page (HTML), not a torrent (")]
    [InlineData("<?xml version='1.0'?><rss/>", "it is a document of markup (XML or HTML), not a torrent (")]
    [InlineData("{\"error\":\"no\"}", "it is JSON, not a torrent: {\"error\":\"no\"} (")]
    [InlineData(
        "magnet:?xt=urn:btih:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "it contains a magnet link, not a torrent (give the link itself, or this file with -i")]
    [InlineData("\u00EF\u00BB\u00BF magnet:?xt=urn:btih:aa", "it contains a magnet link, not a torrent (")]
    [InlineData("https://t.example/x.torrent\n", "it contains a link or an info-hash, not a torrent (")]
    [InlineData("0123456789abcdef0123456789abcdef01234567", "it contains a link or an info-hash, not a torrent (")]
    [InlineData("Not found\n", "it is text, not a torrent: \"Not found\" (")]
    [InlineData("\u00FF\u00FEm\0a\0g\0n\0e\0t\0:\0?\0", "it contains a magnet link, not a torrent (")]
    public void Says_what_it_is(string bytes, string says) =>
        InputKind.Describe(Encoding.Latin1.GetBytes(bytes), isFile: true).Should().StartWith(says);

    [Theory]
    [InlineData("d8:announce")]
    [InlineData("\u0001\u0002\u0003\u00FF")]
    [InlineData("d4:infod6:lengthi5e")]
    public void Says_nothing_of_what_it_does_not_know(string bytes) =>
        InputKind.Describe(Encoding.Latin1.GetBytes(bytes), isFile: true).Should().BeNull();

    [Fact]
    public void A_torrent_that_was_saved_as_text_is_known()
    {
        byte[] torrent = new TestTorrent("film.bin", 40_000, 16 * 1024).TorrentBytes;
        InputKind.Describe(torrent, isFile: true).Should().BeNull();
        byte[] asText = Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(torrent));
        InputKind.Describe(asText, isFile: true).Should().StartWith("it was a torrent, but a program has saved it as text");
    }

    [Theory]
    [InlineData("PK\u0003\u0004", "is a zip archive, not a list")]
    [InlineData("<html>", "is a web page (HTML), not a list")]
    [InlineData("a\0\u00FF", "is binary data, not a list")]
    public void A_list_that_is_none_is_known_too(string bytes, string says) =>
        InputKind.DescribeList(Encoding.Latin1.GetBytes(bytes)).Should().StartWith(says);

    [Theory]
    [InlineData("")]
    [InlineData("# mine\nx.torrent\n")]
    [InlineData("<magnet:?xt=urn:btih:aa>\n")]
    [InlineData("[1] film.torrent\n")]
    public void A_list_is_a_list(string bytes) => InputKind.DescribeList(Encoding.Latin1.GetBytes(bytes)).Should().BeNull();
}
