using Pieces.Dht.Messages;

namespace Pieces.Dht.Routing;

/// <summary>Selects the nodes closest to a target.</summary>
internal readonly struct NearestNodes
{
    private readonly NodeId _target;
    private readonly int _count;

    /// <summary>Keeps at most <paramref name="count"/> nodes.</summary>
    public NearestNodes(NodeId target, int count)
    {
        _target = target;
        _count = count;
        Contacts = new List<NodeContact>(count);
    }

    /// <summary>The selected nodes, the closest first.</summary>
    public List<NodeContact> Contacts { get; }

    /// <summary>Considers a node.</summary>
    public void Add(NodeContact contact)
    {
        int place = Contacts.Count;
        while (place > 0 && _target.CompareDistance(contact.Id, Contacts[place - 1].Id) < 0)
            place--;
        if (place == _count)
            return;
        if (Contacts.Count == _count)
            Contacts.RemoveAt(_count - 1);
        Contacts.Insert(place, contact);
    }
}
