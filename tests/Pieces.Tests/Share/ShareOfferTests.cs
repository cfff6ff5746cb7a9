using System.Net;
using Pieces.Cli.Share;
using Pieces.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Share;

[Trait("Tier", "Loopback")]
public class ShareOfferTests
{
    private static readonly TestTorrent Torrent = new("it's \"a\" $film.bin", 32 * 1024, 16 * 1024);

    [Fact]
    public void The_line_names_every_address_as_peer_and_as_tracker_in_one_word_of_a_shell()
    {
        var offer = ShareOffer.Of(Torrent.Metainfo, [IPAddress.Parse("192.168.1.7"), IPAddress.Parse("fd00::7")], 6881, 6882);
        offer.Command.Should().Be(
            $"pieces download 'magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&dn=it%27s%20%22a%22%20%24film.bin&xl=32768"
            + "&tr=http%3A%2F%2F192.168.1.7%3A6882%2Fannounce&tr=http%3A%2F%2F%5Bfd00%3A%3A7%5D%3A6882%2Fannounce"
            + "&x.pe=192.168.1.7:6881&x.pe=[fd00::7]:6881'");
    }

    [Fact]
    public void The_link_reads_back_as_what_was_offered()
    {
        var offer = ShareOffer.Of(Torrent.Metainfo, [IPAddress.Parse("192.168.1.7"), IPAddress.Parse("fd00::7")], 6881, 6882);
        var link = MagnetLink.Parse(offer.Link);
        link.InfoHash.Should().Be(Torrent.Metainfo.InfoHash);
        link.Name.Should().Be("it's \"a\" $film.bin");
        link.Length.Should().Be(32 * 1024);
        link.Trackers.Should().Equal("http://192.168.1.7:6882/announce", "http://[fd00::7]:6882/announce");
        link.Peers.Should().Equal(new IPEndPoint(IPAddress.Parse("192.168.1.7"), 6881), new IPEndPoint(IPAddress.Parse("fd00::7"), 6881));
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(x) `y` \\ \"z\" !", "'$(x) `y` \\ \"z\" !'")]
    public void A_word_is_quoted_so_that_a_shell_reads_it_back(string word, string quoted) => ShareOffer.Quote(word).Should().Be(quoted);

    [Fact]
    public async Task A_real_shell_reads_quoted_words_back()
    {
        const string Word = "it's \"a\" $HOME `id` \\n ☕ é *";
        (int code, string output) = await ShellRun.RunAsync("/bin/sh", ["-c", $"printf %s {ShareOffer.Quote(Word)}"]);
        code.Should().Be(0);
        output.Should().Be(Word);
    }
}
