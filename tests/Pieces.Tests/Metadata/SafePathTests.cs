using System.Text;
using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class SafePathTests
{
    [Theory]
    [InlineData(".", "_")]
    [InlineData("..", "_")]
    [InlineData("/", "_")]
    [InlineData("\\", "_")]
    [InlineData("a/../../b", "a_.._.._b")]
    [InlineData("..\\..\\x", ".._.._x")]
    [InlineData("/etc/passwd", "_etc_passwd")]
    [InlineData("\\\\server\\share", "__server_share")]
    [InlineData("a\0b\nc\u001Bd\u007Fe\u0085", "a_b_c_d_e_")]
    [InlineData("a\u202Etxt.exe", "a_txt.exe")]
    [InlineData("a\uFFFDb", "a_b")]
    [InlineData("", "")]
    public void Is_made_safe_on_every_system(string name, string expected)
    {
        SafePath.MakeSafe(name, PathRules.Posix).Should().Be(expected);
        SafePath.MakeSafe(name, PathRules.MacOS).Should().Be(expected);
        SafePath.MakeSafe(name, PathRules.Windows).Should().Be(expected);
    }

    [Theory]
    [InlineData("...", ".._")]
    [InlineData("name.", "name_")]
    [InlineData("name ", "name_")]
    [InlineData("C:", "C_")]
    [InlineData("a<b>c\"d|e?f*g", "a_b_c_d_e_f_g")]
    [InlineData("CON", "_CON")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("NUL .txt", "_NUL .txt")]
    [InlineData("NUL.", "_NUL_")]
    [InlineData("com1.tar.gz", "_com1.tar.gz")]
    [InlineData("LPT\u00B9", "_LPT\u00B9")]
    [InlineData("CONIN$", "_CONIN$")]
    public void What_is_dangerous_on_Windows_alone_is_changed_there_alone(string name, string expected)
    {
        SafePath.MakeSafe(name, PathRules.Windows).Should().Be(expected);
        SafePath.MakeSafe(name, PathRules.Posix).Should().BeSameAs(name);
        SafePath.MakeSafe(name, PathRules.MacOS).Should().BeSameAs(name);
    }

    [Theory]
    [InlineData("Ubuntu 24.04 (x64) [é].iso")]
    [InlineData(".hidden")]
    [InlineData("COM10")]
    [InlineData("CONSOLE")]
    [InlineData("日本語.txt")]
    public void An_ordinary_name_stays_the_same_everywhere(string name)
    {
        SafePath.MakeSafe(name, PathRules.Windows).Should().BeSameAs(name);
        SafePath.MakeSafe(name, PathRules.Posix).Should().BeSameAs(name);
    }

    [Theory]
    [InlineData("a", ".txt")]
    [InlineData("é", ".mkv")]
    [InlineData("日", ".tar")]
    [InlineData("😀", "")]
    public void A_long_name_is_shortened_and_keeps_its_extension(string letter, string extension)
    {
        string name = string.Concat(Enumerable.Repeat(letter, 300)) + extension;
        string safe = SafePath.MakeSafe(name, PathRules.Posix);
        int letterBytes = Encoding.UTF8.GetByteCount(letter);
        Encoding.UTF8.GetByteCount(safe).Should().BeInRange(SafePath.MaxNameBytes - letterBytes + 1, SafePath.MaxNameBytes);
        safe.Should().EndWith(extension).And.StartWith(letter);
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(safe)).Should().Be(safe, "no character is cut in two");
    }

    [Fact]
    public void A_name_is_kept_to_the_limit_and_shortened_one_beyond()
    {
        string longest = new('a', SafePath.MaxNameBytes);
        SafePath.MakeSafe(longest, PathRules.Posix).Should().BeSameAs(longest);
        SafePath.MakeSafe(longest + "a", PathRules.Posix).Should().Be(longest);
    }

    [Theory]
    [InlineData("..", "")]
    [InlineData(".", "")]
    [InlineData("", "")]
    [InlineData("  ", "")]
    [InlineData(".ubuntu.iso.pieces", "_ubuntu.iso.pieces")]
    [InlineData(".Ubuntu.ISO.PIECES", "_Ubuntu.ISO.PIECES")]
    [InlineData("chess.pieces", "chess.pieces")]
    public void A_torrent_is_never_called_like_a_state_folder_or_nothing(string name, string expected) =>
        SafePath.MakeSafeTop(name, PathRules.Posix).Should().Be(expected);

    [Fact]
    public void A_name_in_a_message_has_no_control_characters_and_an_end()
    {
        SafePath.Display("a\u001B[31m\n").Should().Be("a?[31m?");
        SafePath.Display(new string('a', 1000)).Should().HaveLength(123);
    }
}
