using Pieces.Metadata;
using Pieces.Tests.Bencode;
using static Pieces.Tests.Metadata.TestTorrent;

namespace Pieces.Tests.Metadata;

public class MagnetLinkTests
{
    [Fact]
    public void Name_length_trackers_and_web_seeds_are_encoded()
    {
        Metainfo metainfo = MetainfoParser.Parse(Bytes(SingleInfo("a b&c=\u00C3\u00A9.iso"), new Dict
        {
            ["announce-list"] = new List<object> { new List<object> { "http://1/announce?k=v&x" }, new List<object> { "udp://2:3" } },
            ["url-list"] = "http://foo.com/bar",
        }));
        MagnetLink.Of(metainfo).Should().Be(
            $"magnet:?xt=urn:btih:{metainfo.InfoHash}&dn=a%20b%26c%3D%C3%A9.iso&xl={metainfo.TotalLength}"
            + "&tr=http%3A%2F%2F1%2Fannounce%3Fk%3Dv%26x&tr=udp%3A%2F%2F2%3A3&ws=http%3A%2F%2Ffoo.com%2Fbar");
    }

    [Fact]
    public void A_hybrid_has_both_hashes_in_the_form_that_others_read()
    {
        Metainfo metainfo = MetainfoParser.Parse(Bytes(HybridInfo()));
        MagnetLink.Of(metainfo).Should().MatchRegex("^magnet:[?]xt=urn:btih:[0-9a-f]{40}&xt=urn:btmh:1220[0-9a-f]{64}&dn=");
        metainfo.InfoHashV2.Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(metainfo.InfoBytes.Span)));
    }
}
