using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Selection;
using Pieces.Cli.Settings;
using Pieces.Cli.Sources;
using Pieces.Fuzz.Engine;

namespace Pieces.Fuzz.Targets;

/// <summary>What users and their files say to the command line.</summary>
internal static class CliTargets
{
    private const int Long = 4096;
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    public static IEnumerable<IFuzzTarget> All =>
    [
        new ParserTarget(
            "config", Long, () => FuzzWords.Of("# comment\noutput = /tmp/x\nport=6881-6889\n\ndownload.jobs=3 # three\ntracker=http://a/b#c\n"),
            FuzzWords.Of("=", "#", "\n", "\r\n", " ", "\t", "port", "output", "\u00ef\u00bb\u00bf"), RunConfig),
        new ParserTarget(
            "list", Long, () => FuzzWords.Of($"# list\na.torrent\n  magnet:?xt=urn:btih:{Hash}&dn=x \r\n-\n"),
            FuzzWords.Of("\n", "\r", "#", "magnet:?", "magnet:", "http://", "https://user:pw@", "d8:announce", "?", "&dn=", "%", Hash),
            RunList),
        new ParserTarget(
            "pattern", 256, () => FuzzWords.Of("*.iso", "**/[a-z]?.txt", "3-7", "!x", "{a,b}"),
            FuzzWords.Of("*", "**", "?", "[", "]", "{", "}", "!", "/", "\\"), RunPattern),
    ];

    private static void RunConfig(byte[] input)
    {
        try
        {
            _ = ConfigFile.Parse(Encoding.UTF8.GetString(input), "config");
        }
        catch (FailureException)
        {
            // Declared: a line cannot be read.
        }
    }

    private static void RunList(byte[] input)
    {
        IReadOnlyList<ListedSource> sources;
        try
        {
            using var reader = new StreamReader(new MemoryStream(input), new UTF8Encoding(false));
            sources = SourceList.Parse(reader);
        }
        catch (FormatException)
        {
            // Declared: it is a torrent.
            return;
        }

        foreach (string source in sources.Select(listed => listed.Text))
        {
            BrokenPromiseException.Unless(SourceLoader.NameOf(source).Length > 0, "a source has a name");
            try
            {
                _ = SourceLoader.LinkIn(source);
            }
            catch (FailureException)
            {
                // Declared: a link that cannot be used.
            }
        }
    }

    private static void RunPattern(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        try
        {
            _ = FilePattern.Parse(text);
        }
        catch (FormatException)
        {
            // Declared: it is not a pattern.
        }
    }
}
