using System.Net;

namespace Pieces.Net.Http;

/// <summary>
/// Which redirects are followed. A server is a stranger: it must not make us send requests to services of this machine that listen on loopback
/// because they trust every program that can connect to them.
/// </summary>
internal sealed record RedirectRule
{
    /// <summary>Most redirects of one request.</summary>
    public const int MaxRedirects = 5;

    /// <summary>For trackers, which a torrent names: a stranger has chosen them.</summary>
    public static readonly RedirectRule Tracker = new() { AllowsPlainAfterTls = true, LoopbackPath = "/announce" };

    /// <summary>For a URL that the user has typed.</summary>
    public static readonly RedirectRule UserUrl = new() { AllowsLoopback = true };

    /// <summary>Whether https: may lead to http:.</summary>
    public bool AllowsPlainAfterTls { get; private init; }

    /// <summary>Whether a redirect may lead to loopback from anywhere.</summary>
    public bool AllowsLoopback { get; private init; }

    /// <summary>Beginning of the paths to which one port of loopback may lead on another; null for none.</summary>
    public string? LoopbackPath { get; private init; }

    /// <summary>Whether a status asks to look elsewhere.</summary>
    public static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Why <paramref name="to"/> is not followed by its scheme, or null when it may be.</summary>
    public string? SchemeFault(Uri from, Uri to)
    {
        if (to.Scheme == Uri.UriSchemeHttps)
            return null;
        if (to.Scheme != Uri.UriSchemeHttp)
            return "redirects to something that is neither http nor https";
        return from.Scheme == Uri.UriSchemeHttps && !AllowsPlainAfterTls ? "redirects from https to http" : null;
    }

    /// <summary>Why <paramref name="to"/> is not followed, now that it is known to lead to loopback; or null when it may be.</summary>
    /// <param name="from">The URL that answered with the redirect.</param>
    /// <param name="wasLoopback">Whether <paramref name="from"/> was answered by loopback.</param>
    /// <param name="to">Where it leads.</param>
    public string? LoopbackFault(Uri from, bool wasLoopback, Uri to)
    {
        if (AllowsLoopback)
            return null;
        if (!wasLoopback)
            return "redirects to this machine";
        bool isSamePort = from.Port == to.Port && from.IdnHost.Equals(to.IdnHost, StringComparison.OrdinalIgnoreCase);
        bool isAllowed = isSamePort || (LoopbackPath is { } path && to.AbsolutePath.StartsWith(path, StringComparison.Ordinal));
        return isAllowed ? null : "redirects to another port of this machine";
    }
}
