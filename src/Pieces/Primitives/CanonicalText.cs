using System.Buffers.Binary;
using System.Text;

namespace Pieces.Primitives;

/// <summary>
/// Decomposes names canonically, to find out whether two names are equivalent: composed, as most systems write them, or decomposed, as older Apple
/// systems did.
/// </summary>
internal static class CanonicalText
{
    // Hangul syllables are decomposed by arithmetic (Unicode, section 3.12).
    private const char FirstSyllable = '\uAC00';
    private const int SyllableCount = 11_172;
    private const char FirstLead = '\u1100';
    private const char FirstVowel = '\u1161';
    private const char LastTail = '\u11A7';
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int EntryLength = 6;

    private static readonly Lazy<Dictionary<char, (char First, char Second)>> Table = new(Read);

    /// <summary>The decomposed form; the same string when nothing is to be decomposed.</summary>
    public static string Decompose(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
            Append(result, c);
        return result.Length == text.Length && result.Equals(text) ? text : result.ToString();
    }

    private static void Append(StringBuilder result, char c)
    {
        int syllable = c - FirstSyllable;
        if (syllable is >= 0 and < SyllableCount)
        {
            result.Append((char)(FirstLead + (syllable / (VowelCount * TailCount))))
                .Append((char)(FirstVowel + (syllable % (VowelCount * TailCount) / TailCount)));
            if (syllable % TailCount != 0)
                result.Append((char)(LastTail + (syllable % TailCount)));
            return;
        }

        if (!Table.Value.TryGetValue(c, out (char First, char Second) parts))
        {
            result.Append(c);
            return;
        }

        Append(result, parts.First);
        if (parts.Second != 0)
            Append(result, parts.Second);
    }

    private static Dictionary<char, (char First, char Second)> Read()
    {
        byte[] bytes = Convert.FromBase64String(CanonicalTable.Decompositions);
        var table = new Dictionary<char, (char, char)>(bytes.Length / EntryLength);
        for (int i = 0; i < bytes.Length; i += EntryLength)
            table.Add(Unit(bytes, i), (Unit(bytes, i + 2), Unit(bytes, i + 4)));
        return table;
    }

    private static char Unit(byte[] bytes, int at) => (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}
