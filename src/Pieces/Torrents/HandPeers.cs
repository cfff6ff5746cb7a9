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
