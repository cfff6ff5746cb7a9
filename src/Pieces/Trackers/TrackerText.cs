using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Words of a tracker, made fit to print.</summary>
internal static class TrackerText
{
    /// <summary>Longest text that is taken from a tracker, in bytes.</summary>
    public const int MaxLength = 300;

    /// <summary>The message of a refusal.</summary>
    /// <param name="reason">What the tracker gave as its reason; may be empty.</param>
    public static string Refusal(ReadOnlySpan<byte> reason) =>
        reason.Trim("\0 \r\n"u8).IsEmpty ? "refused without a reason" : "refused: " + Clean(reason);

    /// <summary>Escaped and cut to <see cref="MaxLength"/>.</summary>
    public static string Clean(ReadOnlySpan<byte> text) => DisplayText.EscapeUtf8(text.Trim("\0 \r\n"u8), MaxLength);

    /// <summary>What is said of an exception that nobody foresaw. Its own message may repeat a secret of the URL, so it is left out.</summary>
    public static string Unexpected(Exception exception) => $"cannot be asked: unexpected {exception.GetType().Name} (this is a bug; -vv shows where)";

    /// <summary>Takes the secrets of a URL out of a text that may repeat them.</summary>
    /// <param name="text">A message that is about to be shown.</param>
    /// <param name="secrets">As <see cref="TrackerUrl.SecretsOf"/> gives them, the longest first.</param>
    public static string WithoutSecrets(string text, IReadOnlyList<string> secrets)
    {
        foreach (string secret in secrets)
            text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        return text;
    }
}
