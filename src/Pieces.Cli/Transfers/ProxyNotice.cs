using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>Tells that the environment's proxy is used, and for what: a user may believe that it hides everything.</summary>
internal static class ProxyNotice
{
    private static readonly string[] Variables = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    /// <summary>The line to say at start, or null when no variable is set.</summary>
    /// <param name="read">Reads the environment.</param>
    public static string? Of(Func<string, string?> read)
    {
        foreach (string variable in Variables)
        {
            if (read(variable) is { Length: > 0 } proxy)
                return $"HTTP trackers and URLs are asked through {Secrets.Redact(proxy)} ({variable}); peers and UDP trackers are not";
        }

        return null;
    }
}
