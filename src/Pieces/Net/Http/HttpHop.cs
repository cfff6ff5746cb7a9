namespace Pieces.Net.Http;

/// <summary>One step on the way to the final response.</summary>
/// <param name="From">The URL that led here, or null at the first one.</param>
/// <param name="FromLoopback">Whether that was answered by loopback.</param>
/// <param name="To">Where it leads.</param>
internal sealed record HttpHop(Uri? From, bool FromLoopback, Uri To)
{
    /// <summary>Set once connected: whether <see cref="To"/> is loopback.</summary>
    public bool ReachedLoopback { get; set; }

    /// <summary>The next step.</summary>
    /// <param name="location">Where the response leads.</param>
    /// <param name="rule">Says whether it is followed.</param>
    /// <exception cref="HttpFetchException">It is not followed.</exception>
    public HttpHop Next(Uri? location, RedirectRule rule)
    {
        if (location is null || !Uri.TryCreate(To, location, out Uri? to) || !to.IsAbsoluteUri)
            throw new HttpFetchException("redirects without saying where to");
        if (rule.SchemeFault(To, to) is { } fault)
            throw new HttpFetchException(fault);
        bool isLoopback = ReachedLoopback || LoopbackHost.IsLoopbackName(To);

        // The name is judged here and the addresses behind it when the connection is opened, or the name server could lead where the name may not.
        // Behind a proxy there is only the name.
        if (LoopbackHost.IsLoopbackName(to) && rule.LoopbackFault(To, isLoopback, to) is { } loopbackFault)
            throw new HttpFetchException(loopbackFault);
        return new HttpHop(To, isLoopback, to);
    }
}
