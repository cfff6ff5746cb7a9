using System.Text;

namespace Pieces.Cli.Terminal;

/// <summary>Keeps a name that is written from right to left from turning round what stands beside it.</summary>
internal static class BidiText
{
    private const char FirstStrongIsolate = '\u2068';
    private const char PopIsolate = '\u2069';

    /// <summary>The text between marks of isolation, which take no room, where it has letters that need them.</summary>
    public static string Isolate(string text) => HasRightToLeft(text) ? $"{FirstStrongIsolate}{text}{PopIsolate}" : text;

    private static bool HasRightToLeft(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Hebrew, Arabic and their neighbours, their presentation forms, and the two ranges set aside for such scripts beyond the basic plane.
            if (rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF)
                or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF))
                return true;
        }

        return false;
    }
}
