using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Makes texts from trackers safe to print.</summary>
internal static class TrackerText
{
    /// <summary>Maximum length of a text used from a tracker, in bytes.</summary>
    public const int MaxLength = 300;

    /// <summary>The error text of a refusal.</summary>
    /// <param name="reason">The tracker's failure reason; may be empty.</param>
    public static string Refusal(ReadOnlySpan<byte> reason) =>
        reason.Trim("\0 \r\n"u8).IsEmpty ? "refused without a reason" : "refused: " + Clean(reason);

    /// <summary>Escapes a text and cuts it to <see cref="MaxLength"/>.</summary>
    public static string Clean(ReadOnlySpan<byte> text) => DisplayText.EscapeUtf8(text.Trim("\0 \r\n"u8), MaxLength);

    /// <summary>The error text of an unexpected exception. Its own message is omitted because it may contain a secret part of the URL.</summary>
    public static string Unexpected(Exception exception) =>
        $"the request failed: unexpected {exception.GetType().Name} (this is a bug; -vv shows where)";

    /// <summary>Removes the secrets of a URL from a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="secrets">The result of <see cref="TrackerUrl.SecretsOf"/>, the longest first.</param>
    public static string WithoutSecrets(string text, IReadOnlyList<string> secrets)
    {
        foreach (string secret in secrets)
            text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        return text;
    }
}
