using System.Text;

namespace Pieces.Metadata;

/// <summary>Decodes names so that equal names share one string: the folder names of a large torrent occur in every path.</summary>
internal sealed class NamePool
{
    private const int MaxPooledBytes = 256;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Decodes UTF-8 bytes; invalid bytes become U+FFFD.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxPooledBytes)
            return Encoding.UTF8.GetString(utf8);

        Span<char> chars = stackalloc char[MaxPooledBytes];
        ReadOnlySpan<char> text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out string? known))
            return known;
        string made = text.ToString();
        _names.Add(made);
        return made;
    }
}
