using System.Net;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Torrents;

/// <summary>Tells a torrent of the peers that the user, a link or a tracker names: of addresses at once, of names when they are looked up.</summary>
internal sealed class HandPeers
{
    private readonly TorrentInbox _inbox;
    private readonly PeerNames _names;
    private readonly CancellationToken _stopping;

    /// <summary>Makes it.</summary>
    /// <param name="inbox">Hears of the addresses.</param>
    /// <param name="names">Looks up the names.</param>
    /// <param name="stopping">Ends all look-ups.</param>
    public HandPeers(TorrentInbox inbox, PeerNames names, CancellationToken stopping)
    {
        _inbox = inbox;
        _names = names;
        _stopping = stopping;
    }

    /// <summary>Takes the names that a tracker gives. What they lead to is believed as the addresses are that it gives.</summary>
    public void TakeNames(NamesFound names)
    {
        foreach (DnsEndPoint name in names.Names)
            _names.LookUp(name, NameSource.Stranger, Take, _stopping);

        void Take(IReadOnlyList<IPEndPoint> found) => _inbox.Post(
            new PeersFound([.. found.Where(peer => AddressPolicy.Believes(peer.Address, names.Tracker))], PeerOrigin.Tracker));
    }

    /// <summary>Takes peers of one origin.</summary>
    public void Take(IEnumerable<EndPoint> peers, PeerOrigin origin)
    {
        NameSource source = origin == PeerOrigin.Hand ? NameSource.User : NameSource.Stranger;
        foreach (EndPoint peer in peers)
        {
            if (peer is IPEndPoint address)
                _inbox.Post(new PeersFound([address], origin));
            else if (peer is DnsEndPoint name)
                _names.LookUp(name, source, found => _inbox.Post(new PeersFound(found, origin)), _stopping);
        }
    }
}
