using System.Diagnostics;
using Pieces.Cli.Selection;

namespace Pieces.Tests.Cli.Selection;

[Trait("Tier", "Pure")]
public class GlobTests
{
    [Theory]
    [InlineData("film.mkv", "film.mkv", true)]
    [InlineData("film.mkv", "filmxmkv", false)]
    [InlineData("*.mkv", "film.mkv", true)]
    [InlineData("*.mkv", ".mkv", true)]
    [InlineData("*.mkv", "film.MKV", false)]
    [InlineData("*.mkv", "film.mkv.txt", false)]
    [InlineData("*.mkv", "a/film.mkv", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "ac", false)]
    [InlineData("?", "x", true)]
    [InlineData("?", "雪", true)]
    [InlineData("?", "🎬", true)]
    [InlineData("?", "xy", false)]
    [InlineData("?", "/", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("**/b", "b", true)]
    [InlineData("**/b", "x/y/b", true)]
    [InlineData("**/b", "xb", false)]
    [InlineData("a/**", "a/x/y", true)]
    [InlineData("a/**", "ab", false)]
    [InlineData("**", "a/x/y", true)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("a**b", "a/b", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[!a]", "/", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[!]]", "]", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[\\]a]", "]", true)]
    [InlineData("[3]", "3", true)]
    [InlineData("[ab", "[ab", true)]
    [InlineData("{mkv,avi}", "avi", true)]
    [InlineData("*.{mkv,avi,m{4,p}v}", "x.m4v", true)]
    [InlineData("*.{mkv,avi,m{4,p}v}", "x.mpv", true)]
    [InlineData("*.{mkv,avi,m{4,p}v}", "x.mov", false)]
    [InlineData("a{,b}c", "ac", true)]
    [InlineData("a{,b}c", "abc", true)]
    [InlineData("a{b}c", "abc", true)]
    [InlineData("{a,b", "{a,b", true)]
    [InlineData("a}b", "a}b", true)]
    [InlineData("a,b", "a,b", true)]
    [InlineData("{a[}]b", "{a}b", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("\\[x\\]", "[x]", true)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("{a\\,b}", "a,b", true)]
    public void A_pattern_means_what_users_of_shells_expect(string pattern, string path, bool matches) =>
        new Glob(pattern).IsMatch(path).Should().Be(matches);

    [Fact]
    public void One_glob_is_asked_again_and_again()
    {
        var glob = new Glob("{a,b}*");
        foreach (string path in new[] { "ax", "cx", "b", "", "bx" })
            glob.IsMatch(path).Should().Be(path.Length > 0 && path[0] != 'c', path);
    }

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        string path = new('a', 4000);
        var glob = new Glob(string.Concat(Enumerable.Repeat("*a{a,*}", 100)) + "b");
        long began = Stopwatch.GetTimestamp();
        glob.IsMatch(path).Should().BeFalse();
        Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(10), "trying all ways one after the other would take years");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Glob.MaxLength + 1)]
    public void A_pattern_of_another_length_is_refused(int length) =>
        FluentActions.Invoking(() => new Glob(new string('a', length))).Should().Throw<FormatException>();

    [Fact]
    public void The_longest_pattern_is_read() => new Glob(new string('a', Glob.MaxLength)).IsMatch(new string('a', Glob.MaxLength)).Should().BeTrue();

    [Fact]
    public void Deep_braces_are_no_danger() => new Glob(new string('{', 512) + new string('}', 512)).IsMatch(string.Empty).Should().BeTrue();

    [Fact]
    public void Any_text_is_a_pattern()
    {
        var random = new Random(5);
        const string Letters = "ab/*?[]{},\\!-^";
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = Text(random, 1 + random.Next(12)), path = Text(random, random.Next(8));
            FluentActions.Invoking(() => new Glob(pattern).IsMatch(path)).Should().NotThrow(pattern);
        }

        static string Text(Random random, int length) => string.Create(length, random, (span, chance) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = Letters[chance.Next(Letters.Length)];
        });
    }
}
