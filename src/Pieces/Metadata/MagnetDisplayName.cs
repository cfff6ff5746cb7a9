using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// The name of a magnet link in messages, valid or not: its display name (<c>dn</c>), otherwise its info-hash, otherwise the beginning of the link,
/// in which <c>***</c> replaces everything that may be secret. Pure.
/// </summary>
internal static class MagnetDisplayName
{
    /// <summary>Prefix of an <c>xt</c> value that is a v1 info-hash.</summary>
    public const string HashPrefix = "urn:btih:";

    /// <summary>Maximum length of a displayed name or link, in characters.</summary>
    private const int MaxLength = 80;

    // Parameters that contain no secrets; trackers, web seeds and unknown parameters may contain passkeys.
    private static readonly string[] Harmless = ["xt", "xl", "so"];

    /// <summary>The name; null for a link without a query.</summary>
    public static string? Of(string link)
    {
        // The sender decides how long a link is; only the part that could be parsed is searched for a name.
        MagnetParameter[]? parameters = MagnetQuery.Split(link[..Math.Min(link.Length, MagnetQuery.MaxLength)]);
        if (parameters is null)
            return null;
        foreach (MagnetParameter parameter in parameters)
        {
            if (parameter.Key == "dn" && MagnetQuery.DecodeWords(parameter.RawValue).Trim() is { Length: > 0 } name)
                return DisplayText.Escape(name, MaxLength);
        }

        foreach (MagnetParameter parameter in parameters)
        {
            if (parameter.Key == "xt" && parameter.TryDecode(out string? topic) && TryReadHash(topic, out InfoHash infoHash))
                return infoHash.ToString();
        }

        return DisplayText.Escape($"{MagnetLink.Scheme}?{string.Join('&', parameters.Select(Masked))}", MaxLength);
    }

    private static bool TryReadHash(string topic, out InfoHash infoHash)
    {
        infoHash = default;
        return topic.StartsWith(HashPrefix, StringComparison.OrdinalIgnoreCase) && InfoHash.TryParse(LinkText.HashIn(topic) ?? topic, out infoHash);
    }

    private static string Masked(MagnetParameter parameter) =>
        parameter.Key.Length == 0 ? "***" : Harmless.Contains(parameter.Key) ? parameter.Text : $"{parameter.RawKey}=***";
}
