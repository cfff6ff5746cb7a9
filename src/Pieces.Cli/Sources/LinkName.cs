using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>
/// How a magnet link is called in messages, whether it can be used or not: by its name (<c>dn</c>), else by its info-hash, else by the beginning
/// of the link itself, in which <c>***</c> stands for whatever may hold a secret. Pure.
/// </summary>
internal static class LinkName
{
    /// <summary>Longest name or link that is shown, in characters.</summary>
    private const int MaxLength = 80;

    private const string HashPrefix = "urn:btih:";

    // Parameters that say what is meant; trackers, web seeds and what nobody knows may hold passkeys.
    private static readonly string[] Harmless = ["xt", "xl", "so"];

    /// <summary>The name.</summary>
    /// <param name="link">A text that begins with <see cref="MagnetLink.Scheme"/>.</param>
    public static string Of(string link)
    {
        int query = link.IndexOf('?', StringComparison.Ordinal);
        if (query < 0)
            return DisplayText.Escape(TrackerUrl.Redact(link), MaxLength);

        // A link may be as long as its sender likes, and no name is looked for beyond what could be read.
        string text = link[(query + 1)..Math.Min(link.Length, 64 * 1024)].Replace("&amp;", "&", StringComparison.OrdinalIgnoreCase);
        string[] parameters = text.Split('&', StringSplitOptions.RemoveEmptyEntries);
        if (ValueOf(parameters, "dn") is { Length: > 0 } name)
            return DisplayText.Escape(name, MaxLength);
        if (ValueOf(parameters, "xt") is { } topic && topic.StartsWith(HashPrefix, StringComparison.OrdinalIgnoreCase)
            && InfoHash.TryParse(topic[HashPrefix.Length..], out InfoHash infoHash))
        {
            return infoHash.ToString();
        }

        return DisplayText.Escape($"{MagnetLink.Scheme}?{string.Join('&', parameters.Select(Masked))}", MaxLength);
    }

    private static string? ValueOf(string[] parameters, string key)
    {
        string? parameter = Array.Find(parameters, text => KeyOf(text).Equals(key, StringComparison.OrdinalIgnoreCase));
        return parameter is null ? null : Uri.UnescapeDataString(parameter[(key.Length + 1)..].Replace('+', ' ')).Trim();
    }

    private static string Masked(string parameter)
    {
        string key = KeyOf(parameter);
        return key.Length == 0 ? "***" : Harmless.Contains(key.ToLowerInvariant()) ? parameter : $"{key}=***";
    }

    // Without a sign of equality nobody knows what it is.
    private static string KeyOf(string parameter) => parameter[..Math.Max(0, parameter.IndexOf('=', StringComparison.Ordinal))];
}
