using System.Diagnostics.CodeAnalysis;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Routing;

/// <summary>
/// The nodes of one family that we know: many near our own id, few far away (BEP 5). Only who has answered us gets in; one node for each address, one
/// of a network in each bucket. Pure: times are handed in.
/// </summary>
internal sealed class RoutingTable
{
    /// <summary>Most nodes of one network, over all buckets.</summary>
    public const int MaxOfSubnet = 4;

    // The last bucket holds our own id and all that shares at least as many bits with it; bucket i before it what shares exactly i.
    private readonly List<Bucket> _buckets = [new Bucket()];
    private readonly Dictionary<CompactEndPoint, TableNode> _byHost = [];

    /// <summary>Makes an empty one around our own id.</summary>
    public RoutingTable(NodeId ownId) => OwnId = ownId;

    /// <summary>Our own id, of which the distances are taken.</summary>
    public NodeId OwnId { get; }

    /// <summary>Nodes in the buckets, whatever their standing; those that wait for a place not counted.</summary>
    public int Count { get; private set; }

    /// <summary>All nodes of the buckets.</summary>
    public IEnumerable<TableNode> Nodes => _buckets.SelectMany(bucket => bucket.Nodes);

    /// <summary>How many buckets there are.</summary>
    public int Depth => _buckets.Count;

    /// <summary>Nodes that would be handed out now.</summary>
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

    /// <summary>The node of that address, be it in a bucket or waiting.</summary>
    public bool TryGet(CompactEndPoint endPoint, [NotNullWhen(true)] out TableNode? node) =>
        _byHost.TryGetValue(AddressFacts.HostOf(endPoint), out node) && node.Contact.EndPoint == endPoint;

    /// <summary>A node answered a question of ours.</summary>
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

            // One node for an address: who is there and answers stays.
            if (known.Contact.EndPoint != contact.EndPoint && known.StandingAt(now) == NodeStanding.Good)
                return;
            Remove(known);
        }

        // Nor one id at two addresses: who has it and answers keeps it.
        if (BucketOf(contact.Id).Find(contact.Id) is { } namesake)
        {
            if (namesake.StandingAt(now) == NodeStanding.Good)
                return;
            Remove(namesake);
        }

        Insert(new TableNode(contact, roundTrip, now), now);
    }

    /// <summary>A node asked us something. Who is not known yet must answer a question first.</summary>
    /// <returns>Whether it is worth asking.</returns>
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

    /// <summary>A node did not answer; when that makes it bad, one that waits takes its place.</summary>
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

        // A bad node stays while nobody is there for its place: when our own network fails, all of them seem bad.
        if (bucket.Spares.Count == 0)
            return;
        TableNode next = bucket.Spares[^1];
        Remove(node);
        Remove(next);
        Insert(next, now);
    }

    /// <summary>What is at that address is not the node that we took it for.</summary>
    public void Forget(CompactEndPoint endPoint)
    {
        if (TryGet(endPoint, out TableNode? node))
            Remove(node);
    }

    /// <summary>
    /// The nodes nearest to a point, the nearest first: those in good standing, or when there are too few, others that did not just fail.
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
    /// A point of a bucket that has room and was not explored yet, or in which nothing has changed for <see cref="TableNode.Freshness"/>; the bucket
    /// counts as explored and fresh from now on.
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

    /// <summary>A point of the bucket that a node is in: asking the node about it tells of its neighbours there.</summary>
    public NodeId PointBeside(NodeId id, Random random)
    {
        int bits = OwnId.CommonPrefix(id);
        return bits >= _buckets.Count - 1 ? OwnId.Near(_buckets.Count - 1, random) : OwnId.Beside(bits, random);
    }

    /// <summary>The same nodes around another id of ours.</summary>
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
            // Nobody has to go for one that fits better while there is another way to make room.
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
