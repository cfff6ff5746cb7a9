using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>The blocks of <c>docs/guide.md</c> that can be run. Each follows a comment that contains its name.</summary>
internal static partial class GuideRecipes
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guide.md")).ReplaceLineEndings("\n");

    /// <summary>Names of the blocks, in the order of the guide.</summary>
    public static string[] Names { get; } = [.. Recipe().Matches(Text).Select(match => match.Groups["name"].Value)];

    /// <summary>Number of blocks that a user of the guide would paste: the shell commands and the unit file.</summary>
    public static int PasteableBlocks { get; } = Fence().Count(Text);

    /// <summary>Returns the text of the block with that name.</summary>
    public static string Block(string name) => Recipe().Matches(Text).Single(match => match.Groups["name"].Value == name).Groups["text"].Value;

    [GeneratedRegex(@"^<!-- recipe: (?<name>[a-z-]+) -->\n```(sh|ini)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Recipe();

    [GeneratedRegex(@"^ *(```|~~~) *(sh|bash|shell|ini)\b", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
