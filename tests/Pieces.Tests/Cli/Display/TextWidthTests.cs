using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli.Display;

[Trait("Tier", "Pure")]
public class TextWidthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("漢字", 4)]
    [InlineData("ｆｕｌｌ", 8)]
    [InlineData("e\u0301", 1)]
    [InlineData("a\u0336\u0301\u0302b", 2)]
    [InlineData("👍", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("👩‍👩‍👧‍👦", 2)]
    [InlineData("❤️", 2)]
    [InlineData("1️⃣", 2)]
    [InlineData("🏳️‍🌈", 2)]
    [InlineData("🇩🇪🇫🇷", 4)]
    [InlineData("한글", 4)]
    [InlineData("\u1112\u1161\u11ab", 2)]
    [InlineData("שלום", 4)]
    [InlineData("\u2068שלום\u2069", 4)]
    [InlineData("कि", 2)]
    [InlineData("⣀⣤⣶⣿…", 5)]
    public void Width_is_counted_by_what_people_see(string text, int width) => TextWidth.Of(text).Should().Be(width);

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("exactly-10", 10, "exactly-10")]
    [InlineData("more-than-10", 10, "more-than…")]
    [InlineData("Some.Series.S01E03.1080p.mkv", 20, "Some.Series.S…0p.mkv")]
    [InlineData("漢字漢字漢字", 5, "漢字…")]
    [InlineData("漢字漢字漢字", 4, "漢…")]
    [InlineData("👩‍👩‍👧‍👦👍🏽ab", 5, "👩‍👩‍👧‍👦👍🏽…")]
    [InlineData("ab", 1, "…")]
    [InlineData("ab", 0, "")]
    public void What_is_too_long_is_cut_in_the_middle_and_never_inside_a_character(string text, int width, string fit) =>
        TextWidth.Fit(text, width).Should().Be(fit);

    [Fact]
    public void Marks_without_end_do_not_pile_up() =>
        TextWidth.Fit("a" + new string('\u0301', 500) + "b", 10).Should().Be("a" + new string('\u0301', 15) + "b");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("漢字", "漢字")]
    [InlineData("a שלום", "\u2068a שלום\u2069")]
    [InlineData("مرحبا", "\u2068مرحبا\u2069")]
    public void Right_to_left_names_are_isolated(string text, string isolated) => BidiText.Isolate(text).Should().Be(isolated);
}
