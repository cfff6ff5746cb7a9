using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class LinkTextTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";
    private const string Link = "magnet:?xt=urn:btih:" + Hash;

    /// <summary>Texts that users paste. L, U and H stand for the link, the URL and the hash.</summary>
    public static TheoryData<string> Decorations =>
    [
        "{0}\n", "\r\n{0}\r\n", " {0}", "{0} ", "\t{0}\t", "\"{0}\"", "'{0}'", "<{0}>", "({0})", "`{0}`", "\u201C{0}\u201D", "\u00A0{0}", "{0}\u200B",
        "\uFEFF{0}", "{0}%20",
        "%20{0}%0A", " \"<{0}>\"\n",
    ];

    [Theory]
    [MemberData(nameof(Decorations))]
    public void White_space_and_decoration_are_taken_off(string form)
    {
        foreach (string bare in new[] { Link, Link + "&dn=a", Hash, "https://t.example/x.torrent" })
            LinkText.Clean(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, bare)).Should().Be(bare);
    }

    [Theory]
    [InlineData(Hash + "/")]
    [InlineData(Hash + "#x")]
    [InlineData(Hash + "/#x")]
    [InlineData(Hash + ".")]
    [InlineData("urn:btih:" + Hash)]
    [InlineData("URN:BTIH:" + Hash + "\n")]
    [InlineData("btih:" + Hash)]
    [InlineData(Link + "/")]
    [InlineData(Link + "#x")]
    [InlineData(Link + "%20&dn=a")]
    [InlineData(Link + " &dn=a")]
    [InlineData("magnet:?xt=%20urn:btih:" + Hash)]
    [InlineData("magnet:?xt=urn:btih:%3C" + Hash + "%3E")]
    public void A_hash_is_read_whatever_follows_it(string text) => MagnetLink.Parse(text).InfoHash.ToString().Should().Be(Hash);

    [Theory]
    [InlineData("x.torrent")]
    [InlineData(" x.torrent ")]
    [InlineData("a\"b")]
    [InlineData("\"")]
    [InlineData("")]
    [InlineData(Hash + "0")]
    [InlineData("/tmp/" + Hash)]
    public void A_text_that_may_be_the_name_of_a_file_is_left_alone(string text) => LinkText.Clean(text).Should().Be(text);

    [Theory]
    [InlineData("&xs=https%3A%2F%2Ft.example%2Fx.torrent", "give its URL instead")]
    [InlineData("&as=http://t.example/x.torrent&xs=http://other.example/", "give its URL instead")]
    [InlineData("&xs=urn:tree:tiger:zz", "not the URL of a .torrent")]
    public void Other_sources_of_a_link_are_ignored_and_that_is_told_once(string more, string says) =>
        MagnetLink.Parse(Link + more).Warnings.Should().ContainSingle().Which.Should().Contain("ignored").And.Contain(says);

    [Fact]
    public void Very_many_quotes_are_removed_without_a_copy_for_each()
    {
        string text = new('"', 200_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        LinkText.Clean(text).Should().BeSameAs(text);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 * 1024 * 1024);
    }
}
