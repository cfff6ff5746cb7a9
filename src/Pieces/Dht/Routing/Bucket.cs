using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Routing;

/// <summary>
/// Up to <see cref="Size"/> nodes of one part of the id space, and as many spare nodes that replied while the bucket was full. Owned by its table.
/// </summary>
internal sealed class Bucket
{
    /// <summary>Number of nodes in a bucket, and number of nodes to which a peer is announced: k in BEP 5.</summary>
    public const int Size = 8;

    /// <summary>When a node of the bucket was last added, replaced or last replied.</summary>
    public TimeSpan ChangedAt { get; set; }

    /// <summary>Whether a lookup has searched for more nodes of this part.</summary>
    public bool IsExplored { get; set; }

    /// <summary>The active nodes: returned to others and used for lookups.</summary>
    public List<TableNode> Nodes { get; } = new(Size);

    /// <summary>The spare nodes, the latest last.</summary>
    public List<TableNode> Spares { get; } = [];

    /// <summary>Whether all places are taken.</summary>
    public bool IsFull => Nodes.Count >= Size;

    /// <summary>Whether it contains a node of the same network (/24 or /64). Otherwise one owner could fill the bucket.</summary>
    public bool HasNeighbour(CompactEndPoint subnet)
    {
        foreach (TableNode node in Nodes)
        {
            if (AddressFacts.SubnetOf(node.Contact.EndPoint) == subnet)
                return true;
        }

        return false;
    }

    /// <summary>The active or spare node with that id.</summary>
    public TableNode? Find(NodeId id)
    {
        foreach (TableNode node in Nodes)
        {
            if (node.Contact.Id == id)
                return node;
        }

        foreach (TableNode node in Spares)
        {
            if (node.Contact.Id == id)
                return node;
        }

        return null;
    }

    /// <summary>
    /// The node to evict for a new one: the bad node with the most failures; else, if the new node's id fits its address (BEP 42), a node whose id
    /// does not. Null if all nodes stay.
    /// </summary>
    public TableNode? Weakest(bool newcomerFits, TimeSpan now)
    {
        TableNode? weakest = null;
        foreach (TableNode node in Nodes)
        {
            if (node.StandingAt(now) == NodeStanding.Bad && (weakest is null || node.Failures > weakest.Failures))
                weakest = node;
        }

        return weakest ?? (newcomerFits ? Nodes.Find(node => !node.Fits) : null);
    }

    /// <summary>Adds a spare node; the oldest one is evicted if there are too many.</summary>
    /// <returns>The evicted node, or null.</returns>
    public TableNode? AddSpare(TableNode node)
    {
        TableNode? gone = Spares.Count == Size ? Spares[0] : null;
        if (gone is not null)
            Spares.RemoveAt(0);
        Spares.Add(node);
        return gone;
    }
}
