using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>State of one node in a lookup.</summary>
internal enum CandidateState
{
    /// <summary>Not queried yet.</summary>
    Fresh,

    /// <summary>Queried; the reply is pending.</summary>
    Asked,

    /// <summary>Queried, and the reply is later than nearly all others: another node is queried meanwhile, and a late reply still counts.</summary>
    Slow,

    /// <summary>It replied.</summary>
    Answered,

    /// <summary>It did not reply, or replied with an id that is not allowed.</summary>
    Lost,
}

/// <summary>A candidate node of a lookup. Owned by the lookup.</summary>
internal sealed class LookupCandidate
{
    private LookupCandidate? _secondTeller;

    /// <summary>Creates a candidate.</summary>
    /// <param name="contact">Id and address; the id is meaningless if <paramref name="isEntrance"/>.</param>
    /// <param name="teller">The node that returned it, or null if we knew it ourselves.</param>
    /// <param name="isEntrance">Whether only its address is known.</param>
    public LookupCandidate(NodeContact contact, LookupCandidate? teller, bool isEntrance = false)
    {
        Contact = contact;
        Teller = teller;
        IsEntrance = isEntrance;
        Hops = teller is null ? 1 : teller.Hops + 1;
        Fits = !isEntrance && SecureNodeId.Fits(contact.Id, contact.EndPoint);
        Subnet = AddressFacts.SubnetOf(contact.EndPoint);
    }

    public NodeContact Contact { get; private set; }

    /// <summary>The node that was the first to return this one; null if we knew this one ourselves.</summary>
    public LookupCandidate? Teller { get; }

    /// <summary>Whether only its address is known.</summary>
    public bool IsEntrance { get; private set; }

    /// <summary>Whether BEP 42 permits this id for its address. Only such nodes count among the closest ones.</summary>
    public bool Fits { get; private set; }

    /// <summary>Number of queries on the path from a node that we knew to this one, including its own.</summary>
    public int Hops { get; }

    /// <summary>Its network (/24 or /64).</summary>
    public CompactEndPoint Subnet { get; }

    public CandidateState State { get; set; }

    /// <summary>The token for an announce to this node; empty if it sent none.</summary>
    public ReadOnlyMemory<byte> Token { get; set; }

    /// <summary>Number of announces sent to this node.</summary>
    public int Announces { get; set; }

    /// <summary>Whether it confirmed an announce.</summary>
    public bool IsKeeper { get; set; }

    /// <summary>Number of nodes that this node was the first to return and that did not reply.</summary>
    public int BadTips { get; set; }

    /// <summary>Number of nodes that this node was the first to return and that replied.</summary>
    public int GoodTips { get; set; }

    /// <summary>
    /// Whether the node that was the first to return this one, and the second one if there is one, have mostly returned nodes that do not reply. A
    /// node that returns many dead nodes directs us to victims of an attack or away from the target. An honest node returns nodes that it knows to be
    /// alive.
    /// </summary>
    public bool IsDoubtful => Teller is { HasMisled: true } && _secondTeller is null or { HasMisled: true };

    private bool HasMisled => BadTips >= 2 && BadTips > GoodTips;

    /// <summary>Another node returned it too.</summary>
    public void ToldAgain(LookupCandidate? teller)
    {
        if (teller != Teller)
            _secondTeller ??= teller;
    }

    /// <summary>Its reply stated its actual id.</summary>
    public void Become(NodeId id)
    {
        Contact = new NodeContact(id, Contact.EndPoint);
        Fits = SecureNodeId.Fits(id, Contact.EndPoint);
        IsEntrance = false;
    }

    /// <summary>Adjusts the counters of the node that returned this one, according to whether this one replied.</summary>
    public void Credit(int good, int bad)
    {
        if (Teller is not { } teller)
            return;
        teller.GoodTips += good;
        teller.BadTips += bad;
    }
}
