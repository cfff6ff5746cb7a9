using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public partial class DisplayTextTests
{
    [Theory]
    [InlineData("plain text, ünïcode and 漢字 🎉", "plain text, ünïcode and 漢字 🎉")]
    [InlineData("\u001b[31mred\r\n", "\\x1B[31mred\\x0D\\x0A")]
    [InlineData("\u0000\u007f\u009b", "\\x00\\x7F\\x9B")]
    [InlineData("\u202egnp.exe", "\\u202Egnp.exe")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\u0080\u0085\u0090\u009d\u009f", "\\x80\\x85\\x90\\x9D\\x9F")]
    [InlineData("\u202a\u202b\u202c\u202d", "\\u202A\\u202B\\u202C\\u202D")]
    [InlineData("\u2066\u2067\u2068\u2069", "\\u2066\\u2067\\u2068\\u2069")]
    [InlineData("\u200e\u200f\u061c\u200b\u2060\ufeff", "\\u200E\\u200F\\u061C\\u200B\\u2060\\uFEFF")]
    [InlineData("a\u200db\u200cc\u200d", "a\\u200Db\\u200Cc\\u200D")]
    public void Control_and_format_characters_are_spelled_out(string text, string shown) => DisplayText.Escape(text).Should().Be(shown);

    [Fact]
    public void A_broken_surrogate_is_spelled_out() => DisplayText.Escape("a" + (char)0xD800 + "b").Should().Be("a\\uD800b");

    [Theory]
    [InlineData("👩‍💻.mkv")]
    [InlineData("👩🏽‍❤️‍👨🏿")]
    [InlineData("🏳️‍🌈")]
    [InlineData("می‌خواهم")]
    [InlineData("क्‍ष")]
    public void A_joiner_where_it_belongs_stays(string text) => DisplayText.Escape(text).Should().Be(text);

    [Fact]
    public void Every_control_format_and_separator_character_is_spelled_out()
    {
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out Rune rune) || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned))
                continue;
            string escaped = DisplayText.Escape($"a{rune}b");
            if (!Escaped().IsMatch(escaped))
                Assert.Fail($"U+{value:X4} became {escaped}");
        }
    }

    [Fact]
    public void Tags_beyond_the_basic_plane_are_spelled_out() => DisplayText.Escape(char.ConvertFromUtf32(0xE0041)).Should().Be("\\U000E0041");

    [Fact]
    public void What_is_beyond_the_limit_becomes_an_ellipsis()
    {
        DisplayText.Escape("abcd", 4).Should().Be("abcd");
        DisplayText.Escape("abcde", 4).Should().Be("abcd…");
        DisplayText.EscapeUtf8("abcde"u8, 4).Should().Be("abcd…");
    }

    [Fact]
    public void Bytes_that_are_not_text_are_replaced() => DisplayText.EscapeUtf8([0x61, 0xFF, 0x07]).Should().Be("a\uFFFD\\x07");

    [GeneratedRegex(@"^a\\(x..|u....|U........)b$")]
    private static partial Regex Escaped();
}
