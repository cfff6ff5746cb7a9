using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>One announce as it goes to a tracker (BEP 3).</summary>
/// <param name="InfoHash">The swarm.</param>
/// <param name="PeerId">Who we are.</param>
/// <param name="Port">Where we listen; 0 when nobody can reach us. Trackers take a 0 and other peers skip it.</param>
/// <param name="Counters">The numbers of the moment.</param>
/// <param name="Event">What is reported.</param>
/// <param name="WantedPeers">Most peers to be named (<c>numwant</c>).</param>
/// <param name="Key">Proves to the tracker that we are the same peer after our address has changed.</param>
/// <param name="TrackerId">What the tracker told us to say again (<c>tracker id</c>), or empty.</param>
internal sealed record AnnounceRequest(
    SwarmKey InfoHash, PeerId PeerId, int Port, AnnounceCounters Counters, AnnounceEvent Event, int WantedPeers, uint Key, ReadOnlyMemory<byte> TrackerId)
{
    /// <summary>What peers may expect of our connections; default <see cref="EncryptionPolicy.Off"/>, of which nothing is said.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Off;
}
