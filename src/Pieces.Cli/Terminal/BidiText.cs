using System.Text;

namespace Pieces.Cli.Terminal;

/// <summary>Prevents right-to-left text in a name from reordering the text around it.</summary>
internal static class BidiText
{
    private const char FirstStrongIsolate = '\u2068';
    private const char PopIsolate = '\u2069';

    /// <summary>Encloses the text in isolate characters, which have no width, if it contains right-to-left letters.</summary>
    public static string Isolate(string text) => HasRightToLeft(text) ? $"{FirstStrongIsolate}{text}{PopIsolate}" : text;

    private static bool HasRightToLeft(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Hebrew, Arabic and neighbouring blocks, their presentation forms, and the two ranges that are reserved for such scripts in the
            // supplementary plane.
            if (rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF)
                or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF))
                return true;
        }

        return false;
    }
}
