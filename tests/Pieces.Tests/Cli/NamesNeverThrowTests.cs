using System.Text;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Cli;

/// <summary>
/// Functions that produce a name for a message are called while a failure is reported, so they must accept any text. The texts are random with a
/// fixed seed; `PIECES_FUZZ_NAMES` sets how many links are tried.
/// </summary>
[Trait("Tier", "Pure")]
public class NamesNeverThrowTests
{
    private static readonly string[] Parts =
    [
        "magnet:", "MAGNET:", "?", "//?", "&", "&amp;", "=", "xt", "xt.1", "dn", "tr", "so", "x.pe", "xl", ".", ".9", "%", "%2", "%20", "%zz", "%ff",
        "+", "#", "/", ":", "@", "[", "]", "\\",
        "urn:btih:", "urn:btmh:1220", "0123456789abcdef0123456789abcdef01234567", "MMNDDXIKIYSX2UDYYDPOJZTOE33T4QVM", "http://", "https://", "udp://",
        "u:p@h:1", "\0", "\n", "\u001B[2J",
        "\uD800", "\uDC00", "\uFEFF", "\u202E", "é", "\U0001F600", "\"", "<", ">", "'", " ", "\t", "-", "..", "CON", "a.part", new string('a', 70),
        new string('?', 300), "key=0123456789abcdef",
    ];

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("PIECES_FUZZ_NAMES"), out int count) ? count : 6_000;

    [Fact]
    public void Every_text_gets_a_name()
    {
        var random = new Random(20);
        var text = new StringBuilder();
        for (int i = 0; i < Count; i++)
        {
            text.Clear();
            if (random.Next(2) == 0)
                text.Append("magnet:?");
            for (int parts = random.Next(12); parts > 0; parts--)
                text.Append(Parts[random.Next(Parts.Length)]);
            Name(text.ToString());
        }
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(262_144)]
    [InlineData(262_145)]
    [InlineData(1_000_000)]
    public void A_query_may_begin_anywhere(int at)
    {
        foreach (int place in new[] { at - 1, at, at + 1 })
            Name("magnet:" + new string('x', place - "magnet:".Length) + "?dn=film");
    }

    private static void Name(string text)
    {
        Action name = () =>
        {
            SourceLoader.NameOf(text).Should().NotBeNull();
            if (MagnetLink.IsLink(text))
                MagnetLink.DisplayNameOf(text);
            TrackerUrl.Redact(text).Should().NotBeNull();
            DisplayText.Escape(text, 80).Should().NotBeNull();
            SafePath.MakeSafe(text, PathRules.Windows).Should().NotBeNull();
            SafePath.MakeSafeTop(text, PathRules.Posix).Should().NotBeNull();
            SafePath.Display(text).Should().NotBeNull();
        };
        name.Should().NotThrow("{0} is only named", text.Length > 300 ? "a long text" : text);
    }
}
