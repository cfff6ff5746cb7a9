using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>One announce to a tracker (BEP 3).</summary>
/// <param name="InfoHash">The swarm.</param>
/// <param name="PeerId">Our peer id.</param>
/// <param name="Port">Our listen port; 0 if we cannot be reached. Trackers accept 0 and other peers ignore the address.</param>
/// <param name="Counters">The current counters.</param>
/// <param name="Event">The event.</param>
/// <param name="WantedPeers">Maximum number of peers to return (<c>numwant</c>).</param>
/// <param name="Key">Proves to the tracker that we are the same peer after our address has changed.</param>
/// <param name="TrackerId">The <c>tracker id</c> of an earlier response, or empty.</param>
internal sealed record AnnounceRequest(
    SwarmKey InfoHash,
    PeerId PeerId,
    int Port,
    AnnounceCounters Counters,
    AnnounceEvent Event,
    int WantedPeers,
    uint Key,
    ReadOnlyMemory<byte> TrackerId)
{
    /// <summary>Our encryption policy, sent to HTTP trackers; default <see cref="EncryptionPolicy.Off"/>, which sends nothing.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Off;
}
