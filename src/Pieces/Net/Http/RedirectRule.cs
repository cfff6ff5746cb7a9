using System.Net;

namespace Pieces.Net.Http;

/// <summary>
/// Which redirects are followed. A server is a stranger: it must not make us send requests to services that are nearer to us than it is itself, and that
/// trust every program that can connect to them.
/// </summary>
internal sealed record RedirectRule
{
    /// <summary>Most redirects of one request.</summary>
    public const int MaxRedirects = 5;

    /// <summary>For trackers, which a torrent names: a stranger has chosen them.</summary>
    public static readonly RedirectRule Tracker = new() { AllowsPlainAfterTls = true, IsTracker = true };

    /// <summary>For a URL that the user has typed.</summary>
    public static readonly RedirectRule UserUrl = new();

    /// <summary>Whether https: may lead to http:.</summary>
    public bool AllowsPlainAfterTls { get; private init; }

    /// <summary>Whether one port of this machine may lead to another one only for an announce.</summary>
    public bool IsTracker { get; private init; }

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

    /// <summary>Why <paramref name="to"/> is not followed, now that it is known where it leads; or null when it may be.</summary>
    /// <param name="from">The URL that answered with the redirect.</param>
    /// <param name="fromReach">How far the address reaches that answered.</param>
    /// <param name="to">Where it leads.</param>
    /// <param name="reach">How far the address behind <paramref name="to"/> reaches.</param>
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
