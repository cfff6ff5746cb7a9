using System.CommandLine;

namespace Pieces.Cli.Help;

/// <summary>
/// Derives help texts from the definition of a flag. The description of a flag ends with <c>(default: X)</c> or <c>(default: X; more)</c> if omitting
/// the flag is the same as giving it the value X. If the value is one of a few words, its name lists them.
/// </summary>
internal static class FlagText
{
    private const string DefaultMark = "(default: ";

    /// <summary>All names of the flag, the short name first.</summary>
    public static IEnumerable<string> Names(Option option) =>
        option.Aliases.Prepend(option.Name).Distinct().OrderBy(name => name.Length > 2).ThenBy(name => name != option.Name);

    /// <summary>The names of the flag and its value, for example <c>-p, --port N</c>.</summary>
    public static string Term(Option option)
    {
        string names = string.Join(", ", Names(option));
        return string.IsNullOrEmpty(option.HelpName) ? names : $"{names} {option.HelpName}";
    }

    /// <summary>
    /// The words that the flag's value can be; empty if it is not one of a fixed set. A name in capitals is a placeholder, as in <c>GLOB|N</c>.
    /// </summary>
    public static string[] Choices(Option option) =>
        option.HelpName is { } name && name.Contains('|', StringComparison.Ordinal) && !name.Any(char.IsUpper) ? name.Split('|') : [];

    /// <summary>The default as written in the description; null if the description names none.</summary>
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

    /// <summary>The default as a value that the flag accepts; null if there is none.</summary>
    public static string? DefaultValue(Option option) =>
        DefaultWords(option) is { Length: > 0 } words && !words.Contains(' ', StringComparison.Ordinal) ? words : null;
}
