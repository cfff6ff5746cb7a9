using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// The swarms of which we are a peer. We do not announce to ourselves, so without this record our node could not return us when it is queried for
/// such a swarm; in a small network no other node may be able to. Its size is limited by the number of our torrents.
/// </summary>
internal sealed class OwnSwarms
{
    private readonly DhtShared _shared;
    private readonly Dictionary<NodeId, (ushort Port, bool IsSeed)> _swarms = [];

    public OwnSwarms(DhtShared shared) => _shared = shared;

    /// <summary>Records that we are a peer of a swarm.</summary>
    public void Enter(NodeId infoHash, ushort port, bool isSeed) => _swarms[infoHash] = (port, isSeed);

    /// <summary>Records that we are no longer a peer of a swarm.</summary>
    public void Leave(NodeId infoHash) => _swarms.Remove(infoHash);

    /// <summary>Our own peer address as the querying node can reach it; null if we are not in that swarm or the address is unknown.</summary>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="asker">The querying node.</param>
    /// <param name="noSeeds">Whether the node wants leechers only.</param>
    public CompactEndPoint? PeerFor(NodeId infoHash, CompactEndPoint asker, bool noSeeds)
    {
        if (!_swarms.TryGetValue(infoHash, out (ushort Port, bool IsSeed) own) || (noSeeds && own.IsSeed))
            return null;

        // The external address is valid for nodes outside our network only; local nodes reach us by a local address.
        CompactEndPoint? address = AddressFacts.IsLocal(asker) ? null : _shared.FamilyOf(asker).Votes.Winner;
        address ??= _shared.Wire.AddressTowards(asker);
        return address is { } known && known with { Port = own.Port } is var peer && _shared.Believes(peer, asker) ? peer : null;
    }
}
