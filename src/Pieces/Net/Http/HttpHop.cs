namespace Pieces.Net.Http;

/// <summary>One step on the way to the final response.</summary>
/// <param name="From">The URL that led here, or null at the first one.</param>
/// <param name="FromReach">How far the address reaches that answered there.</param>
/// <param name="To">Where it leads.</param>
internal sealed record HttpHop(Uri? From, AddressReach FromReach, Uri To)
{
    /// <summary>
    /// How far the address behind <see cref="To"/> reaches: known for sure once connected, and before that from the host's spelling. Behind a proxy,
    /// which resolves names itself, a name counts as public.
    /// </summary>
    public AddressReach Reached { get; set; } = HostName.ReachOf(To) ?? AddressReach.World;

    /// <summary>Connections that were opened for this step: the runtime would repeat a request whose connection breaks.</summary>
    public int Connections { get; set; }

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

        // The spelling is judged here and the addresses behind it when the connection is opened, or the name server could lead where the name may
        // not. Behind a proxy there is only the spelling.
        if (HostName.ReachOf(to) is { } reach && rule.ReachFault(To, Reached, to, reach) is { } reachFault)
            throw new HttpFetchException(reachFault);
        return new HttpHop(To, Reached, to);
    }
}
