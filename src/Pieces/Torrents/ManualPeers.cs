using System.Net;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Torrents;

/// <summary>
/// Posts the peers that the user, a link or a tracker names to the torrent's inbox: IP addresses at once, host names when they are resolved.
/// </summary>
internal sealed class ManualPeers
{
    private readonly TorrentInbox _inbox;
    private readonly PeerNames _names;
    private readonly CancellationToken _stopping;

    /// <summary>Creates an instance.</summary>
    /// <param name="inbox">Receives the addresses.</param>
    /// <param name="names">Resolves host names.</param>
    /// <param name="stopping">Cancels all lookups.</param>
    public ManualPeers(TorrentInbox inbox, PeerNames names, CancellationToken stopping)
    {
        _inbox = inbox;
        _names = names;
        _stopping = stopping;
    }

    /// <summary>
    /// Resolves the host names that a tracker returned. The resolved addresses are filtered in the same way as IP addresses from that tracker.
    /// </summary>
    public void TakeNames(NamesFound names)
    {
        foreach (DnsEndPoint name in names.Names)
            _names.LookUp(name, NameSource.Stranger, Take, _stopping);

        void Take(IReadOnlyList<IPEndPoint> found) => _inbox.Post(
            new PeersFound([.. found.Where(peer => AddressPolicy.Believes(peer.Address, names.Tracker))], PeerOrigin.Tracker));
    }

    /// <summary>Adds the peers of one origin.</summary>
    public void Take(IEnumerable<EndPoint> peers, PeerOrigin origin)
    {
        NameSource source = origin == PeerOrigin.Manual ? NameSource.User : NameSource.Stranger;
        foreach (EndPoint peer in peers)
        {
            if (peer is IPEndPoint address)
                _inbox.Post(new PeersFound([address], origin));
            else if (peer is DnsEndPoint name)
                _names.LookUp(name, source, found => _inbox.Post(new PeersFound(found, origin)), _stopping);
        }
    }
}
