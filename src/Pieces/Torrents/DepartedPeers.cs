using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Remembers the peers that have disconnected, because the verdict on a piece may arrive after the senders of its blocks have left. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class DepartedPeers
{
    /// <summary>Maximum number of remembered disconnected peers. The oldest is forgotten first. An entry takes a few dozen bytes.</summary>
    public const int Capacity = 4096;

    private readonly Dictionary<SenderId, DepartedPeer> _peers = [];
    private readonly Queue<SenderId> _inOrder = new();

    public void Add(SenderId peer, DepartedPeer facts)
    {
        if (_inOrder.Count == Capacity)
            _peers.Remove(_inOrder.Dequeue());
        _peers[peer] = facts;
        _inOrder.Enqueue(peer);
    }

    /// <summary>Returns what is known of a peer, or null if it is not remembered.</summary>
    public DepartedPeer? Find(SenderId peer) => _peers.GetValueOrDefault(peer);

    /// <summary>Whether any remembered peer of a network, other than <paramref name="other"/>, sent data that was verified.</summary>
    public bool HasHonest(BudgetKey network, SenderId other) =>
        _peers.Any(pair => pair.Key != other && pair.Value.WasHonest && BudgetKey.Of(pair.Value.Address.Address) == network);
}

/// <summary>A peer that has disconnected.</summary>
/// <param name="Address">The remote address of its connection.</param>
/// <param name="Id">Its peer id.</param>
/// <param name="WasHonest">Whether it sent data that was verified.</param>
internal sealed record DepartedPeer(IPEndPoint Address, PeerId Id, bool WasHonest);
