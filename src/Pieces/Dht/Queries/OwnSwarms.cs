using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// The swarms that we are peers of ourselves. Nobody announces to himself, so without it a node that is asked for its own swarm would know nothing:
/// and in a small network there may be nobody else to ask. Bounded by what we take part in.
/// </summary>
internal sealed class OwnSwarms
{
    private readonly DhtShared _shared;
    private readonly Dictionary<NodeId, (ushort Port, bool IsSeed)> _swarms = [];

    /// <summary>Makes one without swarms.</summary>
    public OwnSwarms(DhtShared shared) => _shared = shared;

    /// <summary>We are a peer of it from now on.</summary>
    public void Enter(NodeId infoHash, ushort port, bool isSeed) => _swarms[infoHash] = (port, isSeed);

    /// <summary>We are none any more.</summary>
    public void Leave(NodeId infoHash) => _swarms.Remove(infoHash);

    /// <summary>Ourselves as the asker would dial us; null when we are not in that swarm, or it is not known how he would.</summary>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="asker">Who asks.</param>
    /// <param name="noSeeds">Those that lack something are wanted.</param>
    public CompactEndPoint? PeerFor(NodeId infoHash, CompactEndPoint asker, bool noSeeds)
    {
        if (!_swarms.TryGetValue(infoHash, out (ushort Port, bool IsSeed) own) || (noSeeds && own.IsSeed))
            return null;

        // What others see of us holds for who is out there with them; in our own network we are known by another address.
        CompactEndPoint? address = AddressFacts.IsLocal(asker) ? null : _shared.FamilyOf(asker).Votes.Winner;
        address ??= _shared.Wire.AddressTowards(asker);
        return address is { } known && known with { Port = own.Port } is var peer && _shared.Believes(peer, asker) ? peer : null;
    }
}
