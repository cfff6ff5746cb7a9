using System.Diagnostics.CodeAnalysis;

namespace Pieces.Metadata;

/// <summary>Takes the query of a magnet link apart. What is shown of a link and what is read from it both come from here.</summary>
internal static class MagnetQuery
{
    /// <summary>Longest link that is read, in characters.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Most parameters that are looked at.</summary>
    public const int MaxParameters = 4096;

    /// <summary>The parameters of a link, in order; null when no query follows <see cref="MagnetLink.Scheme"/>.</summary>
    public static MagnetParameter[]? Split(string link)
    {
        string query = link[MagnetLink.Scheme.Length..].TrimStart('/');
        if (query is not ['?', ..])
            return null;

        // A link that was copied out of a page's source.
        query = query[1..].Replace("&amp;", "&", StringComparison.OrdinalIgnoreCase);
        return [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(MagnetParameter.Of)];
    }

    /// <summary>Decodes a value in which a plus is a space. What is no percent-coding was never meant to be, as in "100% real".</summary>
    public static string DecodeWords(string value)
    {
        string spaced = value.Replace('+', ' ');
        return PercentCoding.TryDecode(spaced, out string? decoded) ? decoded : spaced;
    }
}

/// <summary>One parameter of a magnet link.</summary>
/// <param name="Text">The parameter as it stands in the link.</param>
/// <param name="Key">
/// Its key, decoded, in lower case and without a number ("tr.1" is a second "tr"); empty when there is none or it cannot be decoded.
/// </param>
/// <param name="RawKey">Its key as it stands in the link; empty without one.</param>
/// <param name="RawValue">Its value, not decoded; empty without a key.</param>
internal readonly record struct MagnetParameter(string Text, string Key, string RawKey, string RawValue)
{
    /// <summary>Takes one apart.</summary>
    public static MagnetParameter Of(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !PercentCoding.TryDecode(text.AsSpan(0, equals), out string? key))
            return new MagnetParameter(text, string.Empty, string.Empty, string.Empty);
        return new MagnetParameter(text, WithoutNumber(key.ToLowerInvariant()), text[..equals], text[(equals + 1)..]);
    }

    /// <summary>Decodes the value; false when its percent-coding is broken.</summary>
    public bool TryDecode([NotNullWhen(true)] out string? value) => PercentCoding.TryDecode(RawValue, out value);

    // "x.pe" ends in no number.
    private static string WithoutNumber(string key)
    {
        int dot = key.LastIndexOf('.');
        bool isNumbered = dot > 0 && dot < key.Length - 1 && !key.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');
        return isNumbered ? key[..dot] : key;
    }
}
