namespace Pieces.Cli.Terminal;

/// <summary>Hides what must not be printed.</summary>
internal static class Secrets
{
    /// <summary>A URL of which only scheme, host and port are shown: path, query and user information may hold a passkey.</summary>
    public static string Redact(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed))
            return "***";
        string authority = $"{parsed.Scheme}://{parsed.Authority}";
        return parsed.PathAndQuery is "/" or "/announce" ? authority + parsed.PathAndQuery : authority + "/***";
    }
}
