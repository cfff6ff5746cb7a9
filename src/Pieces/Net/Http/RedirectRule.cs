using System.Net;

namespace Pieces.Net.Http;

/// <summary>
/// Decides which redirects are followed. A server is untrusted: it must not make us send requests to services that are nearer to us than it is itself
/// and that trust every program that can connect to them.
/// </summary>
internal sealed record RedirectRule
{
    /// <summary>Maximum number of redirects per request.</summary>
    public const int MaxRedirects = 5;

    /// <summary>For tracker URLs, which come from untrusted torrents.</summary>
    public static readonly RedirectRule Tracker = new() { AllowsPlainAfterTls = true, IsTracker = true };

    /// <summary>For a URL that the user entered.</summary>
    public static readonly RedirectRule UserUrl = new();

    /// <summary>Whether https: may redirect to http:.</summary>
    public bool AllowsPlainAfterTls { get; private init; }

    /// <summary>Whether a redirect from one port of this machine to another is followed only to an announce path.</summary>
    public bool IsTracker { get; private init; }

    /// <summary>Whether a status is a redirect.</summary>
    public static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Why a redirect to <paramref name="to"/> is not followed because of its scheme; null if the scheme is allowed.</summary>
    public string? SchemeFault(Uri from, Uri to)
    {
        if (to.Scheme == Uri.UriSchemeHttps)
            return null;
        if (to.Scheme != Uri.UriSchemeHttp)
            return "redirects to something that is neither http nor https";
        return from.Scheme == Uri.UriSchemeHttps && !AllowsPlainAfterTls ? "redirects from https to http" : null;
    }

    /// <summary>Why a redirect to <paramref name="to"/> is not followed because of its address; null if the address is allowed.</summary>
    /// <param name="from">The URL that sent the redirect.</param>
    /// <param name="fromReach">Reach of the address that sent the redirect.</param>
    /// <param name="to">Target of the redirect.</param>
    /// <param name="reach">Reach of the address behind <paramref name="to"/>.</param>
    public string? ReachFault(Uri from, AddressReach fromReach, Uri to, AddressReach reach)
    {
        if (reach < fromReach)
            return reach <= AddressReach.Loopback ? "redirects to this machine" : "redirects to a private network";
        if (reach != AddressReach.Loopback || !IsTracker)
            return null;
        bool isSamePort = from.Port == to.Port && from.IdnHost.Equals(to.IdnHost, StringComparison.OrdinalIgnoreCase);
        return isSamePort || AddressPolicy.IsTrackerPath(to.AbsolutePath) ? null : "redirects to another port of this machine";
    }
}
