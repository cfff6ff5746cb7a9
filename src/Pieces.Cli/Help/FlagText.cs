using System.CommandLine;

namespace Pieces.Cli.Help;

/// <summary>
/// What the definition of a flag says in words. Its description ends with <c>(default: X)</c>, or <c>(default: X; more)</c>, when leaving the flag
/// out is the same as giving it that value; the value's name is its alternatives when there are only a few.
/// </summary>
internal static class FlagText
{
    private const string DefaultMark = "(default: ";

    /// <summary>All its names, one letter first.</summary>
    public static IEnumerable<string> Names(Option option) =>
        option.Aliases.Prepend(option.Name).Distinct().OrderBy(name => name.Length > 2).ThenBy(name => name != option.Name);

    /// <summary>Its names and its value, as in <c>-p, --port N</c>.</summary>
    public static string Term(Option option)
    {
        string names = string.Join(", ", Names(option));
        return string.IsNullOrEmpty(option.HelpName) ? names : $"{names} {option.HelpName}";
    }

    /// <summary>What its value can be, or nothing when that is more than a few words: capitals stand for something else, as in <c>GLOB|N</c>.</summary>
    public static string[] Choices(Option option) =>
        option.HelpName is { } name && name.Contains('|', StringComparison.Ordinal) && !name.Any(char.IsUpper) ? name.Split('|') : [];

    /// <summary>What leaving it out means, in the description's words; null when that is not said.</summary>
    public static string? DefaultWords(Option option)
    {
        string text = option.Description ?? string.Empty;
        int start = text.IndexOf(DefaultMark, StringComparison.Ordinal);
        if (start < 0)
            return null;
        text = text[(start + DefaultMark.Length)..];
        int end = text.IndexOfAny([';', ')']);
        return end < 0 ? text : text[..end];
    }

    /// <summary>The value that leaving it out is the same as; null when there is none.</summary>
    public static string? DefaultValue(Option option) =>
        DefaultWords(option) is { Length: > 0 } words && !words.Contains(' ', StringComparison.Ordinal) ? words : null;
}
