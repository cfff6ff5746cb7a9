using System.Text;

namespace Pieces.Fuzz.Targets;

/// <summary>Makes the word lists of the targets.</summary>
internal static class FuzzWords
{
    /// <summary>What every bencoded text is made of.</summary>
    public static readonly byte[][] Bencode = Of(
        "d", "l", "e", "i", "i0e", "i-1e", "i9223372036854775807e", "i9223372036854775808e", "i00e", "i-0e", "0:", "1:a", "4294967295:", "00:", "de",
        "le", "d0:i0ee");

    /// <summary>Texts as bytes, one character a byte.</summary>
    public static byte[][] Of(params string[] words) => [.. words.Select(Encoding.Latin1.GetBytes)];

    /// <summary>Keys as bencoded strings.</summary>
    public static byte[][] Keys(params string[] keys) => Of([.. keys.Select(key => $"{key.Length}:{key}")]);
}
