using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// How a magnet link is called in messages, whether it can be used or not: by its name (<c>dn</c>), else by its info-hash, else by the beginning of
/// the link itself, in which <c>***</c> replaces whatever may hold a secret. Pure.
/// </summary>
internal static class MagnetDisplayName
{
    /// <summary>What begins the value of an <c>xt</c> that is a v1 info-hash.</summary>
    public const string HashPrefix = "urn:btih:";

    /// <summary>Longest name or link that is shown, in characters.</summary>
    private const int MaxLength = 80;

    // Parameters that say what is meant; trackers, web seeds and unknown ones may hold passkeys.
    private static readonly string[] Harmless = ["xt", "xl", "so"];

    /// <summary>The name; null for a link without a query.</summary>
    public static string? Of(string link)
    {
        // A link may be as long as its sender likes, and no name is looked for beyond what could be read.
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
