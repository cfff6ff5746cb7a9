using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

public class DisplayTextTests
{
    [Theory]
    [InlineData("plain text, ünïcode and 漢字 🎉", "plain text, ünïcode and 漢字 🎉")]
    [InlineData("\u001b[31mred\r\n", "\\x1B[31mred\\x0D\\x0A")]
    [InlineData("\u0000\u007f\u009b", "\\x00\\x7F\\x9B")]
    [InlineData("\u202egnp.exe", "\\u202Egnp.exe")]
    [InlineData("a\u2028b", "a\\u2028b")]
    public void Control_and_format_characters_are_spelled_out(string text, string shown) => DisplayText.Escape(text).Should().Be(shown);

    [Fact]
    public void A_broken_surrogate_is_spelled_out() => DisplayText.Escape("a" + (char)0xD800 + "b").Should().Be("a\\uD800b");

    [Fact]
    public void Tags_beyond_the_basic_plane_are_spelled_out() => DisplayText.Escape(char.ConvertFromUtf32(0xE0041)).Should().Be("\\U000E0041");

    [Fact]
    public void What_is_beyond_the_limit_becomes_an_ellipsis()
    {
        DisplayText.Escape("abcd", 4).Should().Be("abcd");
        DisplayText.Escape("abcde", 4).Should().Be("abcd…");
        DisplayText.Escape("abcde"u8, 4).Should().Be("abcd…");
    }

    [Fact]
    public void Bytes_that_are_not_text_are_replaced() => DisplayText.Escape([0x61, 0xFF, 0x07]).Should().Be("a\uFFFD\\x07");
}
