namespace Pieces.Metadata;

/// <summary>
/// Cleans a link, URL or info-hash that a user pasted: it may have a trailing line feed, quotes or angle brackets around it, the full stop of a
/// sentence, or percent-encoded white space. Pure.
/// </summary>
internal static class LinkText
{
    // White space and zero-width characters that browsers and chat programs add.
    private const string Invisible = "\u00A0\u200B\u200C\u200D\u200E\u200F\u2028\u2029\u2060\uFEFF";

    private static readonly string[] CodedSpaces = ["%20", "%09", "%0A", "%0D", "%C2%A0"];

    private static readonly (char Open, char Close)[] Pairs =
        [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>'), ('(', ')'), ('[', ']'), ('\u201C', '\u201D'), ('\u2018', '\u2019'), ('\u00AB', '\u00BB')];

    private static readonly string[] HashPrefixes = ["urn:btih:", "btih:"];

    /// <summary>
    /// Returns the link, URL or info-hash without its decoration. A text that is none of them may be a file name and is returned unchanged.
    /// </summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string bare = Strip(text);
        if (MagnetLink.IsLink(bare) || IsUrl(bare))
            return bare;
        return HashIn(bare) ?? text;
    }

    /// <summary>
    /// Whether a text is a URL from which a torrent may be downloaded: it begins with <c>http://</c> or <c>https://</c>, in any case.
    /// </summary>
    public static bool IsUrl(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The info-hash in a text, without prefix and suffix; null when there is none.</summary>
    internal static string? HashIn(string text)
    {
        string hash = Strip(text);
        foreach (string prefix in HashPrefixes)
        {
            if (hash.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                hash = hash[prefix.Length..];
        }

        int end = hash.AsSpan().IndexOfAny('#', '/', '?');
        hash = Strip(end < 0 ? hash : hash[..end]).TrimEnd('.', ',', ';');
        return Primitives.InfoHash.TryParse(hash, out _) ? hash : null;
    }

    // Positions instead of substrings: each step may remove only two of very many quotes.
    private static string Strip(string text)
    {
        int start = 0, end = text.Length;
        while (true)
        {
            int before = end - start;
            TrimSpace(text, ref start, ref end);
            foreach ((char open, char close) in Pairs)
            {
                if (end - start >= 2 && text[start] == open && text[end - 1] == close)
                    (start, end) = (start + 1, end - 1);
            }

            if (end - start == before)
                return text[start..end];
        }
    }

    private static void TrimSpace(string text, ref int start, ref int end)
    {
        while (SpaceAt(text.AsSpan(start, end - start), atEnd: false) is > 0 and var length)
            start += length;
        while (SpaceAt(text.AsSpan(start, end - start), atEnd: true) is > 0 and var length)
            end -= length;
    }

    private static int SpaceAt(ReadOnlySpan<char> text, bool atEnd)
    {
        if (text.IsEmpty)
            return 0;
        char c = atEnd ? text[^1] : text[0];
        if (char.IsWhiteSpace(c) || char.IsControl(c) || Invisible.Contains(c, StringComparison.Ordinal))
            return 1;
        foreach (string coded in CodedSpaces)
        {
            if (atEnd ? text.EndsWith(coded, StringComparison.OrdinalIgnoreCase) : text.StartsWith(coded, StringComparison.OrdinalIgnoreCase))
                return coded.Length;
        }

        return 0;
    }
}
