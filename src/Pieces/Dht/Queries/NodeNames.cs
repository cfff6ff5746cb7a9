using System.Net;
using System.Net.Sockets;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Dht.Queries;

/// <summary>Provides the addresses of bootstrap nodes: literal addresses at once, host names as they are resolved, each retried until it has been
/// resolved once.</summary>
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
    private readonly List<(DnsEndPoint Node, bool IsRouter)> _all;

    /// <summary>Creates the resolver; nothing is looked up before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Contains the names.</param>
    /// <param name="found">Receives each address and whether it is a router; called on any thread.</param>
    public NodeNames(DhtOptions options, Action<CompactEndPoint, bool> found)
    {
        _options = options;
        _found = found;
        _all = [.. options.Bootstrap.Select(node => (node, false)), .. options.Routers.Select(node => (node, true))];
    }

    /// <summary>Provides the nodes given by address, before it returns: a search that starts next can query them.</summary>
    public void AddLiterals()
    {
        foreach ((DnsEndPoint node, bool isRouter) in _all)
        {
            if (Literal(node) is { } address)
                _found(CompactEndPoint.From(address, node.Port), isRouter);
        }
    }

    private static IPAddress? Literal(DnsEndPoint node) => IPAddress.TryParse(node.Host.Trim('[', ']'), out IPAddress? address) ? address : null;

    // Null if the name cannot be resolved.
    private static async Task<IReadOnlyList<IPEndPoint>?> ResolveAsync(DhtOptions options, DnsEndPoint node, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await options.Resolve(node.Host, cancellationToken).ConfigureAwait(false);
            return [.. addresses.Take(MaxAddresses).Select(address => new IPEndPoint(address, node.Port))];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            options.Logger.Debug("DHT node {Node} cannot be resolved: {Reason}", node.Host, e.Message);
            return null;
        }
    }

    /// <summary>Resolves the nodes given by host name. Runs until all are resolved or the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<(DnsEndPoint Node, bool IsRouter)> left = _all.FindAll(item => Literal(item.Node) is null);
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
                    _options.Logger.Warning("{Node:l}: the name of a DHT node cannot be resolved", node.Host);
                foreach (IPEndPoint endPoint in endPoints ?? [])
                    _found(CompactEndPoint.From(endPoint), isRouter);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _options.Logger.Debug("names of DHT nodes are no longer resolved");
        }

        return failed;
    }
}
