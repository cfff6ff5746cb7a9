using System.Net;

namespace Pieces.Discovery;

/// <summary>
/// Receives the peers of one torrent found in the local network. Called on other tasks, so it must not block or throw: a torrent posts to its own
/// inbox.
/// </summary>
internal interface ILocalSink
{
    /// <summary>A peer in the local network announced that it takes part in the torrent.</summary>
    void OnLocalPeer(IPEndPoint peer);
}
