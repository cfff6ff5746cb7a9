using System.Globalization;
using System.Text;

namespace Pieces.Primitives;

/// <summary>
/// Escapes untrusted text for display, so that it cannot move the cursor, colour the terminal, break lines or reverse the direction of text.
/// </summary>
internal static class DisplayText
{
    /// <summary>
    /// Writes control, format and unassigned characters, line and paragraph separators and unpaired surrogates as <c>\xNN</c>, <c>\uNNNN</c> or
    /// <c>\UNNNNNNNN</c>; all other characters are unchanged. The zero-width joiner and non-joiner are kept where they are used properly: inside an
    /// emoji, and between letters of scripts that need them.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxLength">Maximum number of UTF-16 units of <paramref name="text"/> to show; the rest is replaced by an ellipsis.</param>
    public static string Escape(string text, int maxLength = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, maxLength));
        var escaped = new StringBuilder(rest.Length);
        Rune before = default;
        while (!rest.IsEmpty)
        {
            bool isRune = Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            if (!isRune)
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)rest[0]:X4}");
            else if (IsHarmless(rune) || Joins(before, rune, rest[consumed..]))
                escaped.Append(rest[..consumed]);
            else
                AppendEscaped(escaped, rune.Value);
            // A variation selector or a skin tone belongs to the emoji before it.
            if (!IsEmojiModifier(rune))
                before = isRune ? rune : default;
            rest = rest[consumed..];
        }

        return text.Length > maxLength ? escaped.Append('…').ToString() : escaped.ToString();
    }

    /// <summary>Like <see cref="Escape(string, int)"/>, for bytes that should be UTF-8; invalid bytes become U+FFFD.</summary>
    /// <param name="utf8">Any bytes.</param>
    /// <param name="maxLength">Maximum number of bytes to show; the rest is replaced by an ellipsis.</param>
    public static string EscapeUtf8(ReadOnlySpan<byte> utf8, int maxLength = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        string text = Escape(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, maxLength)]));
        return utf8.Length > maxLength ? text + '…' : text;
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static bool Joins(Rune before, Rune rune, ReadOnlySpan<char> rest)
    {
        const int NonJoiner = 0x200C, Joiner = 0x200D;
        if (rune.Value is not (NonJoiner or Joiner) || Rune.DecodeFromUtf16(rest, out Rune after, out _) != System.Buffers.OperationStatus.Done)
            return false;
        return (rune.Value == Joiner && IsEmoji(before) && IsEmoji(after)) || (WritesWithJoiners(before) && WritesWithJoiners(after));
    }

    private static bool IsEmoji(Rune rune) => rune.Value >= 0x2190 && Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol;

    private static bool IsEmojiModifier(Rune rune) => rune.Value is 0xFE0F or (>= 0x1F3FB and <= 0x1F3FF);

    // Arabic, related scripts and Indic scripts: a joiner only changes the shapes of letters.
    private static bool WritesWithJoiners(Rune rune) => rune.Value is >= 0x0600 and <= 0x0DFF
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

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
