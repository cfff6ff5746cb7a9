using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Remembers the addresses of peers that have left, since a verdict on what a peer sent may come after that. Owned by the torrent's loop.
/// </summary>
internal sealed class DepartedPeers
{
    /// <summary>Peers that are remembered; the oldest is forgotten first. An address takes a few dozen bytes.</summary>
    public const int Capacity = 4096;

    private readonly Dictionary<SourceId, DepartedPeer> _peers = [];
    private readonly Queue<SourceId> _inOrder = new();

    /// <summary>A peer has left.</summary>
    public void Add(SourceId peer, DepartedPeer facts)
    {
        if (_inOrder.Count == Capacity)
            _peers.Remove(_inOrder.Dequeue());
        _peers[peer] = facts;
        _inOrder.Enqueue(peer);
    }

    /// <summary>What is known of a peer; null when it is not remembered.</summary>
    public DepartedPeer? Find(SourceId peer) => _peers.GetValueOrDefault(peer);

    /// <summary>Whether a peer other than one sent good data from a network.</summary>
    public bool HasHonest(BudgetKey network, SourceId other) =>
        _peers.Any(pair => pair.Key != other && pair.Value.WasHonest && BudgetKey.Of(pair.Value.Address.Address) == network);
}

/// <summary>A peer that has left.</summary>
/// <param name="Address">Where it was connected from.</param>
/// <param name="Id">Its id.</param>
/// <param name="WasHonest">Whether it had sent data that was verified.</param>
internal sealed record DepartedPeer(IPEndPoint Address, PeerId Id, bool WasHonest);
