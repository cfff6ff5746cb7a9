using System.Net;

namespace Pieces.Discovery;

/// <summary>Hears who in the local network has a torrent; called by other tasks, must not block or throw. A torrent's loop posts to its inbox.</summary>
internal interface ILocalSink
{
    /// <summary>Somebody called that they have the torrent, and can be dialled there.</summary>
    void OnLocalPeer(IPEndPoint peer);
}
