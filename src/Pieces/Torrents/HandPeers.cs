using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Peers;

namespace Pieces.Torrents;

/// <summary>Tells a torrent of the peers that were given by hand. Names are looked up, and again after a while when that fails.</summary>
internal sealed class HandPeers
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    private readonly TorrentBasis _setup;
    private readonly TaskSet _lookups = new();

    public HandPeers(TorrentBasis setup) => _setup = setup;

    /// <summary>Posts the addresses at once and the names when they are looked up.</summary>
    public void Start(ImmutableArray<EndPoint> peers, CancellationToken cancellationToken)
    {
        foreach (EndPoint peer in peers)
        {
            if (peer is IPEndPoint address)
                _setup.Inbox.Post(new PeersFound([address], PeerOrigin.Hand));
            else if (peer is DnsEndPoint name)
                _lookups.Add(LookUpAsync(name, cancellationToken));
        }
    }

    /// <summary>Ends when no look-up is under way.</summary>
    public Task WhenIdleAsync() => _lookups.WhenAllAsync();

    private async Task LookUpAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    IPAddress[] found = await _setup.Services.Outbound.ResolveAsync(name.Host, cancellationToken).ConfigureAwait(false);
                    _setup.Inbox.Post(new PeersFound([.. found.Select(address => new IPEndPoint(address, name.Port))], PeerOrigin.Hand));
                    return;
                }
                catch (SocketException e)
                {
                    _setup.Inbox.Post(new WarningRaised($"{name.Host}: the name of a peer cannot be looked up: {e.Message}"));
                }

                await Task.Delay(Retry, _setup.Services.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            _setup.Services.Logger.Debug("{Name}: no longer looked up", name.Host);
        }
    }
}
