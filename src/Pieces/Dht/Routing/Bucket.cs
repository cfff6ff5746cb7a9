using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Routing;

/// <summary>
/// Up to <see cref="Size"/> nodes of one part of the space, and as many that answered too when it was full and wait for a place. Owned by its table.
/// </summary>
internal sealed class Bucket
{
    /// <summary>Nodes of a bucket, and nodes that a point is kept at: the k of BEP 5.</summary>
    public const int Size = 8;

    /// <summary>When a node was last added, replaced or heard from.</summary>
    public TimeSpan ChangedAt { get; set; }

    /// <summary>Whether a lookup has looked for more nodes of this part.</summary>
    public bool IsExplored { get; set; }

    /// <summary>Those that are handed out and asked.</summary>
    public List<TableNode> Nodes { get; } = new(Size);

    /// <summary>Those that wait, the latest last.</summary>
    public List<TableNode> Spares { get; } = [];

    /// <summary>Whether a newcomer finds no empty place.</summary>
    public bool IsFull => Nodes.Count >= Size;

    /// <summary>Whether a node of the same network is in already: one hand could fill the bucket otherwise.</summary>
    public bool HasNeighbour(CompactEndPoint subnet)
    {
        foreach (TableNode node in Nodes)
        {
            if (AddressFacts.SubnetOf(node.Contact.EndPoint) == subnet)
                return true;
        }

        return false;
    }

    /// <summary>The node of that id, be it in the bucket or waiting.</summary>
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
    /// Who has to go for a newcomer: the one that failed most often; else, for one whose id fits its address, one whose does not. Null when all may
    /// stay.
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

    /// <summary>Lets one wait; the one that waits longest goes when there are too many.</summary>
    /// <returns>The one that went, or null.</returns>
    public TableNode? AddSpare(TableNode node)
    {
        TableNode? gone = Spares.Count == Size ? Spares[0] : null;
        if (gone is not null)
            Spares.RemoveAt(0);
        Spares.Add(node);
        return gone;
    }
}
