using System.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Remembers the addresses of peers that have left, since a verdict on what a peer sent may come after that. Owned by the torrent's loop.
/// </summary>
internal sealed class DepartedPeers
{
    /// <summary>Peers that are remembered; the oldest is forgotten first. An address takes a few dozen bytes.</summary>
    public const int Capacity = 4096;

    private readonly Dictionary<SourceId, IPEndPoint> _addresses = [];
    private readonly Queue<SourceId> _inOrder = new();

    /// <summary>A peer has left.</summary>
    public void Add(SourceId peer, IPEndPoint address)
    {
        if (_inOrder.Count == Capacity)
            _addresses.Remove(_inOrder.Dequeue());
        _addresses[peer] = address;
        _inOrder.Enqueue(peer);
    }

    /// <summary>Where a peer was connected from; null when it is not remembered.</summary>
    public IPEndPoint? AddressOf(SourceId peer) => _addresses.GetValueOrDefault(peer);
}
