using System.Net;
using System.Net.Sockets;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Resolves the host names of peers and DHT nodes of one torrent, and retries failed lookups. The number of host names from untrusted sources is
/// limited, because every lookup that a name server does not answer blocks a thread of the process. Used by the torrent's loop.
/// </summary>
internal sealed class PeerNames
{
    /// <summary>Maximum number of host names from links, torrents and trackers that are resolved per torrent and run.</summary>
    public const int MaxOfStrangers = 8;

    /// <summary>Maximum number of addresses that are used per host name.</summary>
    public const int MaxAddresses = 8;

    /// <summary>Delay before the first retry of a failed lookup. It doubles with every further failure.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);

    /// <summary>Maximum delay between two attempts to resolve a host name.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(15);

    private readonly TorrentContext _context;
    private readonly HashSet<DnsEndPoint> _known = [];
    private readonly TaskSet _lookups = new();
    private int _ofStrangers;
    private bool _isLimitSaid;

    public PeerNames(TorrentContext context) => _context = context;

    /// <summary>Starts to resolve a host name, unless that was started before or the limit for untrusted sources is reached.</summary>
    /// <param name="name">The host name and port.</param>
    /// <param name="source">The source of the host name.</param>
    /// <param name="found">Receives the addresses. It is called on any thread.</param>
    /// <param name="cancellationToken">Cancels the lookup.</param>
    public void LookUp(DnsEndPoint name, NameSource source, Action<IReadOnlyList<IPEndPoint>> found, CancellationToken cancellationToken)
    {
        if (_known.Contains(name))
            return;
        if (source == NameSource.Stranger && _ofStrangers >= MaxOfStrangers)
        {
            if (!_isLimitSaid)
                _context.Inbox.Post(
                    new WarningRaised($"{name.Host} and other names of peers are not resolved: at most {MaxOfStrangers} for one torrent"));
            _isLimitSaid = true;
            return;
        }

        _known.Add(name);
        _ofStrangers += source == NameSource.Stranger ? 1 : 0;
        _lookups.Add(KeepLookingAsync(name, source, found, cancellationToken));
    }

    /// <summary>Completes when no task waits for a lookup any more. Lookups that the system is still running are abandoned.</summary>
    public Task WhenIdleAsync() => _lookups.WhenAllAsync();

    private async Task KeepLookingAsync(
        DnsEndPoint name, NameSource source, Action<IReadOnlyList<IPEndPoint>> found, CancellationToken cancellationToken)
    {
        int failures = 0;
        TimeSpan retry = FirstRetry;
        try
        {
            while (await TryAsync(name, source, found, failures, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                // Warn once per host name. Later failures are only counted.
                if (failures++ == 0)
                    _context.Inbox.Post(new WarningRaised($"{name.Host}: the name of a peer cannot be resolved: {failure}"));
                await Task.Delay(retry, _context.Services.TimeProvider, cancellationToken).ConfigureAwait(false);
                retry = 2 * retry < LastRetry ? 2 * retry : LastRetry;
            }
        }
        catch (OperationCanceledException)
        {
            _context.Services.Logger.Debug("{Name}: no longer resolved; {Failures} attempts failed", name.Host, failures);
        }
    }

    // Returns null on success, else the reason of the failure.
    private async Task<string?> TryAsync(
        DnsEndPoint name, NameSource source, Action<IReadOnlyList<IPEndPoint>> found, int failures, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await _context.Services.Outbound
                .ResolveAsync(name.Host, new NameRequester(source, _context.Swarm), cancellationToken).ConfigureAwait(false);
            found([.. addresses.Take(MaxAddresses).Select(address => new IPEndPoint(address, name.Port))]);
            return null;
        }
        catch (SocketException e)
        {
            _context.Services.Logger.Debug("{Name}: attempt {Count} to resolve it failed: {Reason}", name.Host, failures + 1, e.Message);
            return SocketText.Of(e);
        }
    }
}
