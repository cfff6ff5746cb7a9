using System.Net;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Bencode;
using Pieces.Tests.Support;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class MagnetLinkTests
{
    private const string Hash = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
    private const string Topic = "magnet:?xt=urn:btih:" + Hash;
    private const string V2 = "d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb";

    [Theory]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42ac", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("631A31DD0A46257D5078C0DEE4E66E26F73E42AC", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("MMNDDXIKIYSX2UDYYDPOJZTOE33T4QVM", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("MFRGCYTBMJQWEYLCMFRGCYTBMJQWEYLC", "6162616261626162616261626162616261626162")]
    [InlineData("ZOCMZQIPFFW7OLLMIC5HUB6BPCSDEOQU", "cb84ccc10f296df72d6c40ba7a07c178a4323a14")]
    [InlineData("zocmzqipffw7ollmic5hub6bpcsdeoqu", "cb84ccc10f296df72d6c40ba7a07c178a4323a14")]
    [InlineData("cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd%63%64", Hash)]
    public void An_info_hash_is_hexadecimal_or_base32_in_a_link_and_by_itself(string text, string hash)
    {
        MagnetLink.Parse("magnet:?xt=urn:btih:" + text).InfoHash.ToString().Should().Be(hash);
        if (!text.Contains('%', StringComparison.Ordinal))
            MagnetLink.Parse(text).InfoHash.ToString().Should().Be(hash);
    }

    [Theory]
    [InlineData("magnet:?xt=urn%3Abtih%3Acdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd")]
    [InlineData("magnet:?xt=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd%63%64")]
    [InlineData("magnet:?XT=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd")]
    [InlineData("MAGNET:?xt=URN:BTIH:CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD")]
    [InlineData("magnet:?xt.1=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd")]
    [InlineData("magnet:?xt=urn:ed2k:abc&xt=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd&xt=tree:tiger:7N5OAMRNGMSSEU")]
    [InlineData(Topic + "&xt=urn:btih:CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD")]
    [InlineData("magnet:?unknown=1&&novalue&=2&xt=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd&x.y=%")]
    public void However_it_is_written_it_is_the_same_torrent(string text) => MagnetLink.Parse(text).InfoHash.ToString().Should().Be(Hash);

    [Theory]
    [InlineData("xt=urn:btih:631a31dd0a46257d5078c0dee4e66e26f73e42ac&xt=urn:btmh:1220" + V2)]
    [InlineData("xt=urn:btmh:1220" + V2 + "&xt=urn:btih:631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    public void A_hybrid_is_known_by_both_hashes_in_either_order(string query)
    {
        var link = MagnetLink.Parse("magnet:?" + query);
        link.InfoHash.ToString().Should().Be("631a31dd0a46257d5078c0dee4e66e26f73e42ac");
        link.InfoHashV2?.ToString().Should().Be(V2);
    }

    [Theory]
    [InlineData("magnet:?xt=urn:btmh:1220" + V2 + "&dn=bittorrent-v2-test", "*v2 alone is not supported*")]
    [InlineData("magnet:?dn=foo", "*has no info-hash*")]
    [InlineData("magnet:?", "*has no info-hash*")]
    [InlineData("magnet:", "*no \"?\"*")]
    [InlineData("magnet:?xt=urn:sha1:abab", "*has no info-hash*urn:sha1:abab*")]
    [InlineData("magnet:?xt=urn:btih:abababab", "*\"abababab\" is 8 characters long*")]
    [InlineData("magnet:?xt=urn:btih:", "*0 characters long*")]
    [InlineData("magnet:?xt=urn:btih:zdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", "*40 characters long and neither*")]
    [InlineData("magnet:?xt=urn:btih:cdcdcdcdcdcdcdcdcdcd cdcdcdcdcdcdcdcdcdcd", "*41 characters long*")]
    [InlineData("magnet:?xt=urn:btih:cdcdcdcdcdcdcdcdcdcd%20cdcdcdcdcdcdcdcdcdc", "*40 characters long and neither*")]
    [InlineData("magnet:?xt=urn:btih:cdcdcdcdcdcdcdcdcdcd+cdcdcdcdcdcdcdcdcdc", "*40 characters long and neither*")]
    [InlineData("magnet:?xt=urn%%3Abtih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", "*percent-coding is broken*")]
    [InlineData("magnet:?xt=urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc%", "*percent-coding is broken*")]
    [InlineData("magnet:?xt=urn:btmh:1221caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302eff", "*\"1221…\"*only SHA-256*")]
    [InlineData("magnet:?xt=urn:btmh:1220caf1e1c30e81", "*12 characters after 1220*")]
    [InlineData("magnet:?xt=urn:btmh:1220zzf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e", "*not 64 hexadecimal*")]
    [InlineData(Topic + "&xt=urn:btih:abababababababababababababababababababab", "*names two torrents*")]
    [InlineData("http://example.com", "*neither a magnet link nor an info-hash*")]
    [InlineData("", "*neither a magnet link nor an info-hash*")]
    public void What_names_no_torrent_is_refused_with_the_reason(string text, string reason) =>
        FluentActions.Invoking(() => MagnetLink.Parse(text)).Should().Throw<MagnetException>().WithMessage(reason);

    [Fact]
    public void Keys_are_taken_in_any_case()
    {
        var link = MagnetLink.Parse("magnet:?XT=urn:btih:" + Hash + "&dN=foobar&Ws=http://foo.com/bar");
        link.Name.Should().Be("foobar");
        link.WebSeeds.Should().Equal("http://foo.com/bar");
    }

    [Fact]
    public void Numbered_trackers_count_too_and_each_counts_once() =>
        MagnetLink.Parse(Topic + "&tr=http://3&tr.0=udp://1&tr.1=http://2&tr.a=http://no&tr=http%3A%2F%2F3&tr=")
            .Trackers.Should().Equal("http://3", "udp://1", "http://2");

    [Fact]
    public void A_link_out_of_the_source_of_a_page_is_understood()
    {
        var link = MagnetLink.Parse(Topic + "&amp;dn=name&amp;tr=http%3a%2f%2ft.example%2fannounce%3fa%3d1%26b%3d2");
        link.Name.Should().Be("name");
        link.Trackers.Should().Equal("http://t.example/announce?a=1&b=2");
    }

    [Fact]
    public void Peers_are_addresses_and_names_and_a_bad_one_is_skipped()
    {
        var link = MagnetLink.Parse(Topic + "&x.pe=127.0.0.1:43&x.pe=<invalid>&x.pe=[::1]:45&x.pe=peer.example:6881" +
            "&x.pe=%5b2001%3adb8%3a%3a1%5d%3a1&x.pe=127.0.0.1:43");
        link.Peers.Should().Equal(
            new IPEndPoint(IPAddress.Loopback, 43), new IPEndPoint(IPAddress.IPv6Loopback, 45), new DnsEndPoint("peer.example", 6881),
            new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1));
        link.Warnings.Should().ContainSingle().Which.Should().Contain("<invalid>");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:+80")]
    [InlineData("127.0.1:80")]
    [InlineData("1:80")]
    [InlineData(":80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[]:80")]
    [InlineData("a b:80")]
    [InlineData("a%00b:80")]
    [InlineData("%ff:80")]
    public void What_is_no_address_with_a_port_is_no_peer(string text) => MagnetLink.Parse($"{Topic}&x.pe={text}").Peers.Should().BeEmpty();

    [Fact]
    public void Nodes_are_kept() =>
        MagnetLink.Parse(Topic + "&dht=router.example:6881&dht=[::1]:5&dht=nonsense").Nodes.Should().Equal("router.example:6881", "[::1]:5");

    [Theory]
    [InlineData("so=0,2,4,6-8", new[] { 0, 2, 4, 6, 7, 8 })]
    [InlineData("so=0,2-4,3-5", new[] { 0, 2, 3, 4, 5 })]
    [InlineData("so=2-4&so=1", new[] { 1, 2, 3, 4 })]
    [InlineData("so=7-4,100000000&so=10", new[] { 10 })]
    [InlineData("so=-4&so=1", new[] { 1 })]
    [InlineData("so=3-&so=1", new[] { 1 })]
    [InlineData("so=a&so=1", new[] { 1 })]
    [InlineData("so=,,1", new[] { 1 })]
    public void A_selection_is_positions_and_ranges(string query, int[] files) =>
        MagnetLink.Parse($"{Topic}&{query}").SelectedFiles!.Value.Should().Equal(files);

    [Theory]
    [InlineData("so=a,9-3")]
    [InlineData("so=-1")]
    [InlineData("so=")]
    [InlineData("so=%zz")]
    public void A_selection_of_nothing_but_nonsense_is_not_all_files(string query)
    {
        var link = MagnetLink.Parse($"{Topic}&{query}");
        link.SelectedFiles!.Value.Should().BeEmpty();
        link.Warnings.Should().ContainSingle().Which.Should().StartWith("not all of the selection");
        MagnetLink.Parse(link.ToString()).SelectedFiles!.Value.Should().BeEmpty();
        var metainfo = MetainfoParser.Parse(Bencoded.Of(new Dict { ["info"] = TestInfo.SingleInfo("a.bin") }));
        FluentActions.Invoking(() => link.FilesOf(metainfo)).Should().Throw<MetainfoException>().WithMessage("*files that cannot be read*");
    }

    [Fact]
    public void Ranges_that_overlap_cost_no_more_than_one()
    {
        string ranges = string.Join(',', Enumerable.Repeat($"0-{MagnetSelection.MaxIndex}", 10_000));
        MagnetLink.Parse($"{Topic}&so={ranges}").SelectedFiles!.Value.Should().HaveCount(MagnetSelection.MaxIndex + 1);
        MagnetLink.Parse($"{Topic}&so={MagnetSelection.MaxIndex + 1}").SelectedFiles!.Value.Should().BeEmpty();
    }

    [Theory]
    [InlineData("dn=%e6%97%a5%e6%9c%ac", "日本")]
    [InlineData("dn=a+b%2bc", "a b+c")]
    [InlineData("dn=100%", "100%")]
    [InlineData("dn=%ff%fe", "%ff%fe")]
    [InlineData("dn=first&dn=second", "first")]
    [InlineData("dn=%1b%5b31m", "\u001b[31m")]
    public void A_name_is_text_whatever_it_holds(string query, string name) => MagnetLink.Parse($"{Topic}&{query}").Name.Should().Be(name);

    [Fact]
    public void The_length_is_kept_when_it_is_one()
    {
        MagnetLink.Parse(Topic + "&xl=10826029").Length.Should().Be(10_826_029);
        MagnetLink.Parse(Topic + "&xl=-1&xl=9223372036854775808&xl=").Length.Should().BeNull();
    }

    [Fact]
    public void What_exceeds_a_limit_is_left_out_or_refused()
    {
        FluentActions.Invoking(() => MagnetLink.Parse(Topic + "&x=" + new string('a', MagnetQuery.MaxLength))).Should().Throw<MagnetException>();
        string parameters = string.Concat(Enumerable.Repeat("&x=1", MagnetQuery.MaxParameters));
        FluentActions.Invoking(() => MagnetLink.Parse(Topic + parameters)).Should().Throw<MagnetException>();
        MagnetLink.Parse(Topic + "&tr=http://" + new string('a', UrlReader.MaxUrlBytes)).Trackers.Should().BeEmpty();
        MagnetLink.Parse(Topic + "&tr=http://a%0ab").Trackers.Should().BeEmpty();
        MagnetLink.Parse(Topic + "&dn=" + new string('a', 2 * MagnetParser.MaxNameLength)).Name.Should().HaveLength(MagnetParser.MaxNameLength);

        var many = MagnetLink.Parse(Topic + string.Concat(Enumerable.Range(0, UrlReader.MaxUrls + 1).Select(i => $"&tr=http://{i}")));
        many.Trackers.Should().HaveCount(UrlReader.MaxUrls);
        many.Warnings.Should().ContainSingle();
        MagnetLink.Parse(Topic + string.Concat(Enumerable.Range(1, MagnetParser.MaxPeers + 5).Select(i => $"&x.pe=1.2.3.4:{i}")))
            .Peers.Should().HaveCount(MagnetParser.MaxPeers);
    }

    [Fact]
    public void What_reaches_a_limit_is_read_whole_and_one_more_is_not()
    {
        string parameters = string.Concat(Enumerable.Repeat("&x=1", MagnetQuery.MaxParameters - 1));
        MagnetLink.Parse(Topic + parameters).InfoHash.ToString().Should().Be(Hash);
        FluentActions.Invoking(() => MagnetLink.Parse(Topic + parameters + "&x=1")).Should().Throw<MagnetException>();
        foreach (int over in new[] { 0, 1 })
        {
            string name = new('a', MagnetParser.MaxNameLength + over);
            MagnetLink.Parse($"{Topic}&dn={name}").Name.Should().HaveLength(MagnetParser.MaxNameLength);
            IEnumerable<int> ports = Enumerable.Range(1, MagnetParser.MaxPeers + over);
            string peers = string.Concat(ports.Select(port => $"&x.pe=1.2.3.4:{port}"));
            MagnetLink.Parse(Topic + peers).Peers.Should().HaveCount(MagnetParser.MaxPeers);
            string nodes = string.Concat(ports.Select(port => $"&dht=1.2.3.4:{port}"));
            MagnetLink.Parse(Topic + nodes).Nodes.Should().HaveCount(MagnetParser.MaxPeers);
        }
    }

    [Theory]
    [InlineData(MagnetAddress.MaxHostLength, true)]
    [InlineData(MagnetAddress.MaxHostLength + 1, false)]
    public void The_name_of_a_host_is_read_to_its_limit(int length, bool isRead)
    {
        string host = string.Concat(Enumerable.Repeat("a.", length))[..(length - 1)] + "a";
        host.Should().HaveLength(length);
        MagnetAddress.IsHostName(host).Should().Be(isRead);
    }

    [Fact]
    public void Noise_is_refused_or_read_and_never_breaks_the_reader()
    {
        var random = new Random(7);
        const string Alphabet = "%&=?:;.-[]+ \n\0aA09xtrdnpeso,urnbtihé日\ud800";
        for (int i = 0; i < 20_000; i++)
        {
            char[] noise = new char[random.Next(60)];
            for (int at = 0; at < noise.Length; at++)
                noise[at] = Alphabet[random.Next(Alphabet.Length)];
            var link = MagnetLink.Parse(Topic + "&" + new string(noise));
            MagnetLink.Parse(link.ToString()).ToString().Should().Be(link.ToString());
        }
    }

    [Fact]
    public void A_link_is_written_as_it_is_read()
    {
        const string Text = Topic + "&xt=urn:btmh:1220" + V2 + "&dn=a%20%26%20b&xl=7&so=0,2-4&tr=udp%3A%2F%2Ft.example%3A80%2Fa%3Fk%3D1" +
            "&ws=http%3A%2F%2Fw.example%2F&x.pe=127.0.0.1:43&x.pe=[::1]:45&x.pe=peer.example:1&dht=router.example:6881";
        MagnetLink.Parse(Text).ToString().Should().Be(Text);
    }

    [Fact]
    public void More_trackers_stand_behind_its_own_and_each_once()
    {
        var link = MagnetLink.Parse(Topic + "&dn=a&so=1&tr=http%3A%2F%2Fa%2F&x.pe=127.0.0.1:43");
        link.WithMoreTrackers(["http://b/", "http://a/", "http://b/"]).ToString()
            .Should().Be(Topic + "&dn=a&so=1&tr=http%3A%2F%2Fa%2F&tr=http%3A%2F%2Fb%2F&x.pe=127.0.0.1:43");
    }

    [Fact]
    public void The_link_of_a_torrent_has_what_is_needed_to_get_it_back()
    {
        Dict info = TestInfo.SingleInfo("a & b.bin");
        var torrent = new Dict { ["announce"] = "http://t.example/a", ["info"] = info, ["url-list"] = "http://w.example/" };
        var metainfo = MetainfoParser.Parse(Bencoded.Of(torrent));
        var link = MagnetLink.Of(metainfo);
        link.ToString().Should().Be(
            $"magnet:?xt=urn:btih:{metainfo.InfoHash}&dn=a%20%26%20b.bin&xl=40000&tr=http%3A%2F%2Ft.example%2Fa&ws=http%3A%2F%2Fw.example%2F");
        MagnetLink.Parse(link.ToString()).Should().BeEquivalentTo(link);
    }

    [Fact]
    public void Name_length_trackers_and_web_seeds_are_encoded()
    {
        var metainfo = MetainfoParser.Parse(TestInfo.Bytes(TestInfo.SingleInfo("a b&c=\u00C3\u00A9.iso"), new Dict
        {
            ["announce-list"] = new List<object> { new List<object> { "http://1/announce?k=v&x" }, new List<object> { "udp://2:3" } },
            ["url-list"] = "http://foo.com/bar",
        }));
        MagnetLink.Of(metainfo).ToString().Should().Be(
            $"magnet:?xt=urn:btih:{metainfo.InfoHash}&dn=a%20b%26c%3D%C3%A9.iso&xl={metainfo.TotalLength}"
            + "&tr=http%3A%2F%2F1%2Fannounce%3Fk%3Dv%26x&tr=udp%3A%2F%2F2%3A3&ws=http%3A%2F%2Ffoo.com%2Fbar");
    }

    [Fact]
    public void The_link_of_a_hybrid_has_both_hashes_in_the_form_that_others_read()
    {
        var metainfo = MetainfoParser.Parse(Bencoded.Of(new Dict { ["info"] = TestInfo.HybridInfo() }));
        string link = MagnetLink.Of(metainfo).ToString();
        link.Should().MatchRegex("^magnet:[?]xt=urn:btih:[0-9a-f]{40}&xt=urn:btmh:1220[0-9a-f]{64}&dn=").And.Contain("urn:btih:" + metainfo.InfoHash);
        string second = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(metainfo.InfoBytes.Span));
        metainfo.InfoHashV2?.ToString().Should().Be(second);
        MagnetLink.Parse(link).InfoHashV2?.ToString().Should().Be(second);
    }

    [Fact]
    public void The_torrent_of_a_link_holds_the_info_unchanged_and_the_trackers_of_the_link()
    {
        byte[] info = Bencoded.Of(TestInfo.SingleInfo());
        var link = MagnetLink.Parse(
            $"magnet:?xt=urn:btih:{InfoHash.OfInfo(info)}&tr=http://a&tr=udp://b&ws=http://w&dht=r.example:6881&dht=[::1]:5");
        var metainfo = MetainfoParser.Parse(MetainfoWriter.Write(link, info));
        metainfo.InfoHash.Should().Be(link.InfoHash);
        metainfo.InfoBytes.ToArray().Should().Equal(info);
        metainfo.Trackers.SelectMany(tier => tier).Should().Equal("http://a", "udp://b");
        metainfo.Trackers.Should().HaveCount(2);
        metainfo.WebSeeds.Should().Equal("http://w");
        metainfo.Nodes.Should().Equal("r.example:6881", "[::1]:5");

        FluentActions.Invoking(() => MetainfoWriter.Write(link, info.AsSpan(1))).Should().Throw<MetainfoException>();
        MetainfoParser.Parse(MetainfoWriter.Write(MagnetLink.Parse(link.InfoHash.ToString()), info)).Trackers.Should().BeEmpty();
    }
}
