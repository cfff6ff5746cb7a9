using System.Net;

namespace Pieces.Trackers;

/// <summary>
/// Which redirects of a tracker are followed. A tracker is a stranger: it must not make us speak to services of this machine that listen on loopback
/// because they trust whoever can reach them.
/// </summary>
internal static class RedirectRule
{
    /// <summary>Most redirects of one request.</summary>
    public const int MaxRedirects = 5;

    /// <summary>Path beginning that makes a URL plainly a tracker's.</summary>
    private const string TrackerPath = "/announce";

    /// <summary>Why <paramref name="to"/> is not followed by its scheme, or null when that is fine.</summary>
    public static string? SchemeFault(Uri to) =>
        to.Scheme == Uri.UriSchemeHttp || to.Scheme == Uri.UriSchemeHttps ? null : "redirects to something that is neither http nor https";

    /// <summary>Why <paramref name="to"/> is not followed, now that it is known to lead to loopback; or null when it may be.</summary>
    /// <param name="from">The URL that answered with the redirect.</param>
    /// <param name="wasLoopback">Whether <paramref name="from"/> was answered by loopback.</param>
    /// <param name="to">Where it leads.</param>
    public static string? LoopbackFault(Uri from, bool wasLoopback, Uri to)
    {
        if (!wasLoopback)
            return "redirects to this machine";
        bool samePort = from.Port == to.Port && from.IdnHost.Equals(to.IdnHost, StringComparison.OrdinalIgnoreCase);
        return samePort || to.AbsolutePath.StartsWith(TrackerPath, StringComparison.Ordinal) ? null : "redirects to another port of this machine";
    }

    /// <summary>Whether a status asks to look elsewhere.</summary>
    public static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
