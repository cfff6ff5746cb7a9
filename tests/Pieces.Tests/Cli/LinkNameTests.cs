using Pieces.Cli.Sources;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class LinkNameTests
{
    private const string Hash = "631a31dd0a46257d5078c0dee4e66e26f73e42ac";

    [Theory]
    [InlineData("magnet:?xt=urn:btih:" + Hash + "&dn=The+film%21", "The film!")]
    [InlineData("magnet:?xt=urn:btih:zz&dn=Film&tr=http://t.example/0123456789abcdef", "Film")]
    [InlineData("magnet:?xt=urn:btih:zz&amp;dn=Film", "Film")]
    [InlineData("magnet:?dn=a%1b[31m%0ab", "a\\x1B[31m\\x0Ab")]
    [InlineData("magnet:?XT=urn:btih:" + Hash, Hash)]
    [InlineData("magnet:?xt=urn:btih:MMNDDXIKIYSX2UDYYDPOJZTOE33T4QVM&dn=", Hash)]
    public void A_link_is_called_by_its_name_or_else_by_its_hash(string link, string name) => SourceLoader.NameOf(link).Should().Be(name);

    [Theory]
    [InlineData("magnet:?dn.1=Film", "Film")]
    [InlineData("magnet:?%64n=Film", "Film")]
    [InlineData("magnet:?dn=&dn=Film", "Film")]
    [InlineData("magnet:?dn=100%+real", "100% real")]
    [InlineData("magnet:?xt=urn:tree:tiger:zz&xt=urn:btih:" + Hash, Hash)]
    [InlineData("magnet:?xt=urn%3Abtih%3A" + Hash, Hash)]
    public void A_link_is_called_as_it_is_read(string link, string name) => SourceLoader.NameOf(link).Should().Be(name);

    [Theory]
    [InlineData("magnet:?xt=urn:btih:zz", "magnet:?xt=urn:btih:zz")]
    [InlineData("magnet:?xt=urn:btih:zz&tr=http://t.example/0123456789abcdef&so=1", "magnet:?xt=urn:btih:zz&tr=***&so=1")]
    [InlineData("magnet:?0123456789abcdef&tr.1=http://u:p@t.example/", "magnet:?***&tr.1=***")]
    [InlineData("magnet:http://u:p@t.example/0123456789abcdef", "magnet:http://***:***@t.example/***")]
    [InlineData("magnet:?", "magnet:?")]
    public void A_link_without_either_is_shown_itself_without_its_secrets(string link, string name) => SourceLoader.NameOf(link).Should().Be(name);

    [Theory]
    [InlineData("magnet:?xt=")]
    [InlineData("magnet:?dn=")]
    [InlineData("magnet:")]
    public void It_is_short_however_long_the_link_is(string begin) =>
        SourceLoader.NameOf(begin + new string('x', 300_000)).Should().HaveLength(81).And.EndWith("…");
}
