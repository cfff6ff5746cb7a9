using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>The blocks of <c>docs/guide.md</c> that can be run. Each stands behind a comment with its name.</summary>
internal static partial class GuideRecipes
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guide.md")).ReplaceLineEndings("\n");

    /// <summary>Names in the order of the guide.</summary>
    public static string[] Names { get; } = [.. Recipe().Matches(Text).Select(match => match.Groups["name"].Value)];

    /// <summary>How many blocks there are that a reader would paste: those in sh and the unit file.</summary>
    public static int PasteableBlocks { get; } = Fence().Count(Text);

    /// <summary>What stands in the block of that name.</summary>
    public static string Block(string name) => Recipe().Matches(Text).Single(match => match.Groups["name"].Value == name).Groups["text"].Value;

    [GeneratedRegex(@"^<!-- recipe: (?<name>[a-z-]+) -->\n```(sh|ini)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Recipe();

    [GeneratedRegex(@"^ *(```|~~~) *(sh|bash|shell|ini)\b", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
