using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Torrents;

/// <summary>
/// Looks up the hosts by which peers and nodes of one torrent are named, and again after a while when that fails. Strangers may name a few: each look-up
/// that a name server does not answer occupies a thread of the whole client. Used by the torrent's loop.
/// </summary>
internal sealed class PeerNames
{
    /// <summary>Most names of links, torrents and trackers that are looked up for one torrent in one run.</summary>
    public const int MaxOfStrangers = 8;

    /// <summary>Most addresses that one name can bring.</summary>
    public const int MaxAddresses = 8;

    /// <summary>Wait before a name that could not be looked up is tried again; doubled each time.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);

    /// <summary>Longest such wait.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(15);

    private readonly TorrentBasis _basis;
    private readonly HashSet<DnsEndPoint> _known = [];
    private readonly TaskSet _lookups = new();
    private int _ofStrangers;
    private bool _isLimitSaid;

    public PeerNames(TorrentBasis basis) => _basis = basis;

    /// <summary>Begins to look up a name, unless that was begun before or strangers have named enough of them.</summary>
    /// <param name="name">The host and its port.</param>
    /// <param name="source">Who named it.</param>
    /// <param name="found">Hears of its addresses; called on any thread.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void LookUp(DnsEndPoint name, NameSource source, Action<IReadOnlyList<IPEndPoint>> found, CancellationToken cancellationToken)
    {
        if (_known.Contains(name))
            return;
        if (source == NameSource.Stranger && _ofStrangers >= MaxOfStrangers)
        {
            if (!_isLimitSaid)
                _basis.Inbox.Post(new WarningRaised($"{name.Host} and other names of peers are not looked up: at most {MaxOfStrangers} for one torrent"));
            _isLimitSaid = true;
            return;
        }

        _known.Add(name);
        _ofStrangers += source == NameSource.Stranger ? 1 : 0;
        _lookups.Add(KeepLookingAsync(name, source, found, cancellationToken));
    }

    /// <summary>Ends when nobody waits for a look-up any more; those under way are left to themselves.</summary>
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
                // One line for each name; what comes later is counted.
                if (failures++ == 0)
                    _basis.Inbox.Post(new WarningRaised($"{name.Host}: the name of a peer cannot be looked up: {failure}"));
                await Task.Delay(retry, _basis.Services.TimeProvider, cancellationToken).ConfigureAwait(false);
                retry = 2 * retry < LastRetry ? 2 * retry : LastRetry;
            }
        }
        catch (OperationCanceledException)
        {
            _basis.Services.Logger.Debug("{Name}: no longer looked up; {Failures} attempts failed", name.Host, failures);
        }
    }

    // Null when it has been found.
    private async Task<string?> TryAsync(
        DnsEndPoint name, NameSource source, Action<IReadOnlyList<IPEndPoint>> found, int failures, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await _basis.Services.Outbound
                .ResolveAsync(name.Host, new NameRequester(source, _basis.Swarm), cancellationToken).ConfigureAwait(false);
            found([.. addresses.Take(MaxAddresses).Select(address => new IPEndPoint(address, name.Port))]);
            return null;
        }
        catch (SocketException e)
        {
            _basis.Services.Logger.Debug("{Name}: cannot be looked up for the {Count}. time: {Reason}", name.Host, failures + 1, e.Message);
            return SocketText.Of(e);
        }
    }
}
