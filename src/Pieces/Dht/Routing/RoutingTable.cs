using System.Diagnostics.CodeAnalysis;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Routing;

/// <summary>
/// The routing table of one address family: many nodes close to our own id, few far away (BEP 5). Only nodes that have replied to us enter it: one
/// per address, and one of each network (/24 or /64) per bucket. Reads no clock: times are passed in.
/// </summary>
internal sealed class RoutingTable
{
    /// <summary>Maximum number of nodes of one network (an IPv4 /24 or an IPv6 /64) over all buckets.</summary>
    public const int MaxOfSubnet = 4;

    // Bucket i holds nodes that share exactly i leading bits with our own id; the last bucket also holds all closer ones.
    private readonly List<Bucket> _buckets = [new Bucket()];
    private readonly Dictionary<CompactEndPoint, TableNode> _byHost = [];

    /// <summary>Creates an empty table around our own id.</summary>
    public RoutingTable(NodeId ownId) => OwnId = ownId;

    /// <summary>Our own id, from which distances are measured.</summary>
    public NodeId OwnId { get; }

    /// <summary>Number of active nodes of any standing; spare nodes are not counted.</summary>
    public int Count { get; private set; }

    /// <summary>All active nodes.</summary>
    public IEnumerable<TableNode> Nodes => _buckets.SelectMany(bucket => bucket.Nodes);

    /// <summary>Number of buckets.</summary>
    public int Depth => _buckets.Count;

    /// <summary>Number of active nodes in good standing.</summary>
    public int CountGood(TimeSpan now)
    {
        int count = 0;
        foreach (Bucket bucket in _buckets)
        {
            foreach (TableNode node in bucket.Nodes)
                count += node.StandingAt(now) == NodeStanding.Good ? 1 : 0;
        }

        return count;
    }

    /// <summary>The active or spare node at that address.</summary>
    public bool TryGet(CompactEndPoint endPoint, [NotNullWhen(true)] out TableNode? node) =>
        _byHost.TryGetValue(AddressFacts.HostOf(endPoint), out node) && node.Contact.EndPoint == endPoint;

    /// <summary>A node has replied to a query of ours.</summary>
    public void OnReply(NodeContact contact, TimeSpan roundTrip, TimeSpan now)
    {
        if (contact.Id == OwnId)
            return;
        if (_byHost.TryGetValue(AddressFacts.HostOf(contact.EndPoint), out TableNode? known))
        {
            if (known.Contact == contact)
            {
                known.Answered(roundTrip, now);
                BucketOf(contact.Id).ChangedAt = now;
                return;
            }

            // One node per host. If the known node of this host has another port and is good, it keeps its place.
            if (known.Contact.EndPoint != contact.EndPoint && known.StandingAt(now) == NodeStanding.Good)
                return;
            Remove(known);
        }

        // One address per node id. If the known node with this id is good, it keeps its place.
        if (BucketOf(contact.Id).Find(contact.Id) is { } namesake)
        {
            if (namesake.StandingAt(now) == NodeStanding.Good)
                return;
            Remove(namesake);
        }

        Insert(new TableNode(contact, roundTrip, now), now);
    }

    /// <summary>A node has queried us. An unknown node must reply to a query of ours before it enters the table.</summary>
    /// <returns>Whether the node is worth a query.</returns>
    public bool OnQuery(NodeContact contact, TimeSpan now)
    {
        if (contact.Id == OwnId)
            return false;
        if (_byHost.TryGetValue(AddressFacts.HostOf(contact.EndPoint), out TableNode? known))
        {
            if (known.Contact != contact)
                return false;
            known.Asked(now);
            return false;
        }

        Bucket bucket = BucketOf(contact.Id);
        return !bucket.IsFull || bucket.Spares.Count == 0 || bucket == _buckets[^1]
            || bucket.Weakest(SecureNodeId.Fits(contact.Id, contact.EndPoint), now) is not null;
    }

    /// <summary>A node did not reply. If that makes it bad, a spare node takes its place.</summary>
    public void OnFailure(NodeContact contact, TimeSpan now)
    {
        if (!TryGet(contact.EndPoint, out TableNode? node) || node.Contact != contact)
            return;
        node.Failed();
        Bucket bucket = BucketOf(contact.Id);
        if (node.StandingAt(now) != NodeStanding.Bad)
            return;
        if (bucket.Spares.Remove(node))
        {
            _byHost.Remove(AddressFacts.HostOf(contact.EndPoint));
            return;
        }

        // A bad node stays until there is a spare one: when our own connection fails, all nodes seem bad.
        if (bucket.Spares.Count == 0)
            return;
        TableNode next = bucket.Spares[^1];
        Remove(node);
        Remove(next);
        Insert(next, now);
    }

    /// <summary>Removes the node at that address, because another id replied there.</summary>
    public void Forget(CompactEndPoint endPoint)
    {
        if (TryGet(endPoint, out TableNode? node))
            Remove(node);
    }

    /// <summary>
    /// The nodes closest to a target, the closest first: nodes in good standing, and if these are too few, nodes without a recent failure.
    /// </summary>
    public List<NodeContact> Closest(NodeId target, int count, TimeSpan now)
    {
        var nearest = new NearestNodes(target, count);
        var others = new NearestNodes(target, count);
        foreach (Bucket bucket in _buckets)
        {
            foreach (TableNode node in bucket.Nodes)
            {
                if (node.StandingAt(now) == NodeStanding.Good)
                    nearest.Add(node.Contact);
                else if (node.Failures == 0)
                    others.Add(node.Contact);
            }
        }

        foreach (NodeContact contact in others.Contacts)
        {
            if (nearest.Contacts.Count < count)
                nearest.Add(contact);
        }

        return nearest.Contacts;
    }

    /// <summary>The questionable node that was silent longest, or null.</summary>
    public TableNode? Questionable(TimeSpan now)
    {
        TableNode? oldest = null;
        foreach (Bucket bucket in _buckets)
        {
            foreach (TableNode node in bucket.Nodes)
            {
                if (node.StandingAt(now) == NodeStanding.Questionable && (oldest is null || node.SeenAt < oldest.SeenAt))
                    oldest = node;
            }
        }

        return oldest;
    }

    /// <summary>
    /// Chooses a target for a refresh: a random point of a bucket that has room and was not explored yet, or that did not change for
    /// <see cref="TableNode.Freshness"/>. The bucket then counts as explored and fresh.
    /// </summary>
    public bool TryRefresh(TimeSpan now, Random random, out NodeId target)
    {
        for (int i = 0; i < _buckets.Count; i++)
        {
            Bucket bucket = _buckets[i];
            if ((bucket.IsExplored || bucket.IsFull) && now - bucket.ChangedAt < TableNode.Freshness)
                continue;
            bucket.ChangedAt = now;
            bucket.IsExplored = true;
            target = i == _buckets.Count - 1 ? OwnId.Near(i, random) : OwnId.Beside(i, random);
            return true;
        }

        target = default;
        return false;
    }

    /// <summary>A random point of the bucket of a node: a query to the node for it returns other nodes of that bucket.</summary>
    public NodeId PointBeside(NodeId id, Random random)
    {
        int bits = OwnId.CommonPrefix(id);
        return bits >= _buckets.Count - 1 ? OwnId.Near(_buckets.Count - 1, random) : OwnId.Beside(bits, random);
    }

    /// <summary>Creates a table with the same nodes around another own id.</summary>
    public RoutingTable Around(NodeId ownId, TimeSpan now)
    {
        var table = new RoutingTable(ownId);
        foreach (TableNode node in _buckets.SelectMany(bucket => bucket.Nodes.Concat(bucket.Spares)))
        {
            if (node.Contact.Id == ownId)
                continue;
            table.Insert(node, now);
        }

        return table;
    }

    private Bucket BucketOf(NodeId id) => _buckets[Math.Min(OwnId.CommonPrefix(id), _buckets.Count - 1)];

    private void Insert(TableNode node, TimeSpan now)
    {
        CompactEndPoint subnet = AddressFacts.SubnetOf(node.Contact.EndPoint);
        if (CountOf(subnet) >= MaxOfSubnet)
            return;
        while (true)
        {
            Bucket bucket = BucketOf(node.Contact.Id);
            bool isCrowded = bucket.HasNeighbour(subnet);
            // A node is evicted for a better fitting one only if no bucket can be split instead.
            bool canSplit = bucket == _buckets[^1] && _buckets.Count < NodeId.Bits;
            if (bucket.IsFull && !isCrowded && bucket.Weakest(node.Fits && !canSplit, now) is { } weakest)
                Remove(weakest);
            if (!bucket.IsFull && !isCrowded)
            {
                bucket.Nodes.Add(node);
                bucket.ChangedAt = now;
                Count++;
                _byHost[AddressFacts.HostOf(node.Contact.EndPoint)] = node;
                return;
            }

            if (!isCrowded && canSplit)
            {
                Split(bucket);
                continue;
            }

            if (isCrowded)
                return;
            _byHost[AddressFacts.HostOf(node.Contact.EndPoint)] = node;
            if (bucket.AddSpare(node) is { } gone)
                _byHost.Remove(AddressFacts.HostOf(gone.Contact.EndPoint));
            return;
        }
    }

    private void Split(Bucket last)
    {
        int bits = _buckets.Count - 1;
        var inner = new Bucket { ChangedAt = last.ChangedAt };
        _buckets.Add(inner);
        inner.Nodes.AddRange(last.Nodes.Where(node => OwnId.CommonPrefix(node.Contact.Id) > bits));
        last.Nodes.RemoveAll(inner.Nodes.Contains);
    }

    private void Remove(TableNode node)
    {
        _byHost.Remove(AddressFacts.HostOf(node.Contact.EndPoint));
        Bucket bucket = BucketOf(node.Contact.Id);
        if (bucket.Nodes.Remove(node))
            Count--;
        else
            bucket.Spares.Remove(node);
    }

    private int CountOf(CompactEndPoint subnet)
    {
        int count = 0;
        foreach (Bucket bucket in _buckets)
        {
            foreach (TableNode node in bucket.Nodes)
                count += AddressFacts.SubnetOf(node.Contact.EndPoint) == subnet ? 1 : 0;
        }

        return count;
    }
}
