using System.Globalization;
using System.Text;

namespace Pieces.Primitives;

/// <summary>Makes text from strangers fit to print: it can neither move a cursor, colour a terminal, break a line nor turn the order of letters round.</summary>
public static class DisplayText
{
    /// <summary>
    /// Writes control, format and unassigned characters, line and paragraph separators and broken surrogates as <c>\xNN</c>, <c>\uNNNN</c> or
    /// <c>\UNNNNNNNN</c>; everything else stays as it is.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxLength">Characters of <paramref name="text"/> that are looked at; what is beyond becomes one ellipsis.</param>
    public static string Escape(string text, int maxLength = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, maxLength));
        var escaped = new StringBuilder(rest.Length);
        while (!rest.IsEmpty)
        {
            bool isRune = Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            if (!isRune)
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)rest[0]:X4}");
            else if (IsHarmless(rune))
                escaped.Append(rest[..consumed]);
            else
                AppendEscaped(escaped, rune.Value);
            rest = rest[consumed..];
        }

        return text.Length > maxLength ? escaped.Append('…').ToString() : escaped.ToString();
    }

    /// <summary>As <see cref="Escape(string, int)"/>, for bytes that should be UTF-8; invalid ones show as U+FFFD.</summary>
    /// <param name="utf8">Any bytes.</param>
    /// <param name="maxLength">Bytes that are looked at; what is beyond becomes one ellipsis.</param>
    public static string Escape(ReadOnlySpan<byte> utf8, int maxLength = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        string text = Escape(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, maxLength)]));
        return utf8.Length > maxLength ? text + '…' : text;
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void AppendEscaped(StringBuilder text, int value)
    {
        if (value <= 0xFF)
            text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        else if (value <= 0xFFFF)
            text.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}");
        else
            text.Append(CultureInfo.InvariantCulture, $"\\U{value:X8}");
    }
}
