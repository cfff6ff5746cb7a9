using Pieces.Dht.Messages;

namespace Pieces.Dht.Routing;

/// <summary>Keeps the nodes nearest to a point out of all that are shown to it. Pure.</summary>
internal readonly struct NearestNodes
{
    private readonly NodeId _target;
    private readonly int _count;

    /// <summary>Keeps at most <paramref name="count"/> of them.</summary>
    public NearestNodes(NodeId target, int count)
    {
        _target = target;
        _count = count;
        Contacts = new List<NodeContact>(count);
    }

    /// <summary>Those that are kept, the nearest first.</summary>
    public List<NodeContact> Contacts { get; }

    /// <summary>Shows it a node.</summary>
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
