using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Resolves the host names of bootstrap nodes, retrying until each has been resolved once.</summary>
internal sealed class NodeNames
{
    /// <summary>Wait before unresolved names are tried again; doubled each time.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);

    /// <summary>Maximum wait before unresolved names are tried again.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(15);

    /// <summary>Maximum number of addresses used per host name of a bootstrap node.</summary>
    public const int MaxAddresses = 8;

    private readonly DhtOptions _options;
    private readonly Action<CompactEndPoint, bool> _found;

    /// <summary>Creates the resolver; nothing is looked up before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Contains the names.</param>
    /// <param name="found">Receives each address and whether it is a router; called on any thread.</param>
    public NodeNames(DhtOptions options, Action<CompactEndPoint, bool> found)
    {
        _options = options;
        _found = found;
    }

    // Null if the name cannot be resolved.
    private static async Task<IReadOnlyList<IPEndPoint>?> ResolveAsync(DhtOptions options, DnsEndPoint node, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(node.Host.Trim('[', ']'), out IPAddress? literal))
            return [new IPEndPoint(literal, node.Port)];
        try
        {
            IPAddress[] addresses = await options.Resolve(node.Host, cancellationToken).ConfigureAwait(false);
            return [.. addresses.Take(MaxAddresses).Select(address => new IPEndPoint(address, node.Port))];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            options.Logger.Debug("DHT node {Node} cannot be found: {Reason}", node.Host, e.Message);
            return null;
        }
    }

    /// <summary>Runs until all names are resolved or the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<(DnsEndPoint Node, bool IsRouter)> left =
            [.. _options.Bootstrap.Select(node => (node, false)), .. _options.Routers.Select(node => (node, true))];
        TimeSpan retry = FirstRetry;
        while (true)
        {
            left = await TryAsync(left, isFirst: retry == FirstRetry, cancellationToken).ConfigureAwait(false);
            if (left.Count == 0 || cancellationToken.IsCancellationRequested)
                return;
            await Task.Delay(retry, _options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = 2 * retry < LastRetry ? 2 * retry : LastRetry;
        }
    }

    private async Task<List<(DnsEndPoint Node, bool IsRouter)>> TryAsync(
        List<(DnsEndPoint Node, bool IsRouter)> names, bool isFirst, CancellationToken cancellationToken)
    {
        List<(DnsEndPoint Node, bool IsRouter)> failed = [];
        try
        {
            foreach ((DnsEndPoint node, bool isRouter) in names)
            {
                IReadOnlyList<IPEndPoint>? endPoints = await ResolveAsync(_options, node, cancellationToken).ConfigureAwait(false);
                if (endPoints is null)
                    failed.Add((node, isRouter));

                // No warning for the public routers, which the user did not choose. A name given by the user may be a typing error: warn once.
                if (endPoints is null && isFirst && !isRouter)
                    _options.Logger.Warning("{Node:l}: the name of a DHT node cannot be looked up", node.Host);
                foreach (IPEndPoint endPoint in endPoints ?? [])
                    _found(CompactEndPoint.From(endPoint), isRouter);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _options.Logger.Debug("DHT nodes are no longer looked for by name");
        }

        return failed;
    }
}
