namespace Pieces.Net.Http;

/// <summary>One step of a request: the original URL or the target of a redirect.</summary>
/// <param name="From">The URL that redirected here, or null for the original URL.</param>
/// <param name="FromReach">Reach of the address that sent the redirect.</param>
/// <param name="To">The requested URL.</param>
internal sealed record HttpHop(Uri? From, AddressReach FromReach, Uri To)
{
    /// <summary>
    /// Reach of the address behind <see cref="To"/>: exact once connected, before that derived from the host's spelling. Behind a proxy, which
    /// resolves names itself, a name counts as public.
    /// </summary>
    public AddressReach Reached { get; set; } = HostName.ReachOf(To) ?? AddressReach.World;

    /// <summary>Number of connections opened for this step: the runtime would repeat a request whose connection breaks.</summary>
    public int Connections { get; set; }

    /// <summary>Returns the next step.</summary>
    /// <param name="location">Target of the redirect.</param>
    /// <param name="rule">Decides whether the redirect is followed.</param>
    /// <exception cref="HttpFetchException">The redirect names no valid URL, or the rule forbids it.</exception>
    public HttpHop Next(Uri? location, RedirectRule rule)
    {
        if (location is null || !Uri.TryCreate(To, location, out Uri? to) || !to.IsAbsoluteUri)
            throw new HttpFetchException("redirects without a valid location");
        if (rule.SchemeFault(To, to) is { } fault)
            throw new HttpFetchException(fault);

        // The spelling is checked here, and the address when the connection is opened; otherwise a name could resolve to an address that is not
        // allowed. Behind a proxy only the spelling can be checked.
        if (HostName.ReachOf(to) is { } reach && rule.ReachFault(To, Reached, to, reach) is { } reachFault)
            throw new HttpFetchException(reachFault);
        return new HttpHop(To, Reached, to);
    }
}
