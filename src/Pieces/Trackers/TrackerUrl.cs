using System.Text;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Redacts URLs: passkeys and credentials must never appear in any output.</summary>
internal static class TrackerUrl
{
    private const string Hidden = "***";
    private const int MaxShownLength = 512;
    private const int LongComponent = 16;
    private const int ShortSecret = 8;
    private const int HexLabel = 32;

    /// <summary>
    /// Returns the URL with <c>***</c> in place of user information, every query value, and every part of the path or host that may be a passkey: 16
    /// or more letters and digits, or 8 or more including a digit. Safe to print; accepts any text, even if it is not a URL.
    /// </summary>
    public static string Redact(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var shown = new StringBuilder(url.Length);
        Walk(url, (text, isSecret) => shown.Append(isSecret ? Hidden : text));
        return DisplayText.Escape(shown.ToString(), MaxShownLength);
    }

    /// <summary>The secret parts of a URL, the longest first, so that they can be removed from a tracker's messages.</summary>
    internal static IReadOnlyList<string> SecretsOf(string url)
    {
        var secrets = new List<string>();
        Walk(url, (text, isSecret) =>
        {
            // A very short value such as "1" is not a secret, and removing it would destroy the digits of a message.
            if (isSecret && text.Length >= 4)
                secrets.Add(text);
        });
        secrets.Sort((left, right) => right.Length.CompareTo(left.Length));
        return secrets;
    }

    private static void Walk(string url, Action<string, bool> part)
    {
        int authority = url.IndexOf("://", StringComparison.Ordinal);
        authority = authority < 0 ? 0 : authority + 3;
        int path = IndexOfAny(url, "/?#\\", authority);
        int query = IndexOfAny(url, "?#", path);

        part(url[..authority], false);
        WalkAuthority(url[authority..path], part);
        WalkPath(url[path..query], part);
        WalkQuery(url[query..], part);
    }

    private static void WalkAuthority(string text, Action<string, bool> part)
    {
        int at = text.LastIndexOf('@');
        if (at >= 0)
        {
            WalkPieces(text[..at], ':', _ => true, part);
            part("@", false);
        }

        WalkPieces(text[(at + 1)..], '.', label => label.Length >= HexLabel && label.All(char.IsAsciiHexDigit), part);
    }

    private static void WalkPath(string text, Action<string, bool> part) => WalkPieces(text, '/', MayBePasskey, part);

    private static void WalkQuery(string text, Action<string, bool> part)
    {
        if (text.Length == 0)
            return;
        part(text[..1], false);
        bool first = true;
        foreach (string pair in text[1..].Split('&', ';'))
        {
            if (!first)
                part("&", false);
            first = false;
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? pair : pair[..equals];
            part(name, equals < 0 ? name.Length > 0 : MayBePasskey(name));
            if (equals < 0)
                continue;
            part("=", false);
            part(pair[(equals + 1)..], true);
        }
    }

    private static void WalkPieces(string text, char separator, Func<string, bool> isSecret, Action<string, bool> part)
    {
        string[] pieces = text.Split(separator);
        for (int i = 0; i < pieces.Length; i++)
        {
            if (i > 0)
                part(separator.ToString(), false);
            part(pieces[i], isSecret(pieces[i]));
        }
    }

    private static bool MayBePasskey(string piece)
    {
        int run = 0;
        bool digit = false;
        foreach (char c in piece)
        {
            bool counts = char.IsLetterOrDigit(c) || c is '%' or '-' or '_' or '=' or '+' or '~';
            run = counts ? run + 1 : 0;
            digit = counts && (digit || char.IsDigit(c));
            if (run >= LongComponent || (run >= ShortSecret && digit))
                return true;
        }

        return false;
    }

    private static int IndexOfAny(string text, string characters, int start)
    {
        int index = text.IndexOfAny(characters.ToCharArray(), start);
        return index < 0 ? text.Length : index;
    }
}
