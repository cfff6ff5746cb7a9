using System.Diagnostics.CodeAnalysis;

namespace Pieces.Metadata;

/// <summary>Splits the query of a magnet link. Both the parser and the display name use it, so that they agree.</summary>
internal static class MagnetQuery
{
    /// <summary>Maximum length of a magnet link, in characters.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Maximum number of parameters per link.</summary>
    public const int MaxParameters = 4096;

    /// <summary>The parameters of a link, in order; null when no query follows <see cref="MagnetLink.Scheme"/>.</summary>
    public static MagnetParameter[]? Split(string link)
    {
        string query = link[MagnetLink.Scheme.Length..].TrimStart('/');
        if (query is not ['?', ..])
            return null;

        // The link may have been copied from HTML source.
        query = query[1..].Replace("&amp;", "&", StringComparison.OrdinalIgnoreCase);
        return [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(MagnetParameter.Of)];
    }

    /// <summary>
    /// Decodes a value in which a plus is a space. A value with invalid percent-coding is used without decoding, for example "100% real".
    /// </summary>
    public static string DecodeWords(string value)
    {
        string spaced = value.Replace('+', ' ');
        return PercentCoding.TryDecode(spaced, out string? decoded) ? decoded : spaced;
    }
}

/// <summary>One parameter of a magnet link.</summary>
/// <param name="Text">The parameter as in the link.</param>
/// <param name="Key">
/// The decoded key, in lower case and without its number ("tr.1" is another "tr"); empty when there is none or it cannot be decoded.
/// </param>
/// <param name="RawKey">The key as in the link; empty when there is none.</param>
/// <param name="RawValue">The value, not decoded; empty when there is no key.</param>
internal readonly record struct MagnetParameter(string Text, string Key, string RawKey, string RawValue)
{
    /// <summary>Splits a parameter into key and value.</summary>
    public static MagnetParameter Of(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !PercentCoding.TryDecode(text.AsSpan(0, equals), out string? key))
            return new MagnetParameter(text, string.Empty, string.Empty, string.Empty);
        return new MagnetParameter(text, WithoutNumber(key.ToLowerInvariant()), text[..equals], text[(equals + 1)..]);
    }

    /// <summary>Decodes the value; false when its percent-coding is invalid.</summary>
    public bool TryDecode([NotNullWhen(true)] out string? value) => PercentCoding.TryDecode(RawValue, out value);

    // "x.pe" does not end in a number.
    private static string WithoutNumber(string key)
    {
        int dot = key.LastIndexOf('.');
        bool isNumbered = dot > 0 && dot < key.Length - 1 && !key.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');
        return isNumbered ? key[..dot] : key;
    }
}
