using System.Globalization;
using System.Text;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Text that is safe on a terminal. Names, comments and messages come from strangers: an escape sequence in one could repaint the screen or,
/// on some terminals, type into it, and a direction override could make a name read as another.
/// </summary>
internal static class SafeText
{
    /// <summary>Replaces every character that could steer a terminal by a visible escape such as <c>\x1B</c> or <c>\u202E</c>.</summary>
    public static string Escape(string text)
    {
        int first = 0;
        while (first < text.Length && IsSafe(text, first))
            first++;
        return first == text.Length ? text : EscapeFrom(text, first);
    }

    private static string EscapeFrom(string text, int first)
    {
        var safe = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                safe.Append(c).Append(text[++i]);
            else if (IsSafe(text, i))
                safe.Append(c);
            else if (c < 0x100)
                safe.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return safe.ToString();
    }

    private static bool IsSafe(string text, int index)
    {
        char c = text[index];
        if (c is >= ' ' and < '\x7f')
            return true;
        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.Control or UnicodeCategory.Surrogate => false,
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
            UnicodeCategory.Format => false,        // direction overrides and invisible joiners
            _ => true,
        };
    }
}
