using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>How far a lookup has come with one node.</summary>
internal enum CandidateState
{
    /// <summary>Not asked yet.</summary>
    Fresh,

    /// <summary>Asked; the answer may come any moment.</summary>
    Asked,

    /// <summary>Asked, and later than nearly all: others are asked meanwhile, and an answer still counts.</summary>
    Slow,

    /// <summary>Answered.</summary>
    Answered,

    /// <summary>Will not answer, or was somebody else.</summary>
    Lost,
}

/// <summary>A node that a lookup has heard of. Owned by the lookup.</summary>
internal sealed class LookupCandidate
{
    private LookupCandidate? _secondTeller;

    /// <summary>Makes one.</summary>
    /// <param name="contact">Id and address; the id has no meaning when <paramref name="isEntrance"/>.</param>
    /// <param name="teller">Who named it, or null for what we knew ourselves.</param>
    /// <param name="isEntrance">Whether only the address is known.</param>
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

    /// <summary>Who named it first, or null for what we knew ourselves.</summary>
    public LookupCandidate? Teller { get; }

    /// <summary>Whether only its address is known.</summary>
    public bool IsEntrance { get; private set; }

    /// <summary>Whether the id is one that the address may have (BEP 42): only such nodes count as the nearest ones.</summary>
    public bool Fits { get; private set; }

    /// <summary>Questions on the shortest way from what we knew to its answer.</summary>
    public int Hops { get; }

    /// <summary>The network that it is in.</summary>
    public CompactEndPoint Subnet { get; }

    public CandidateState State { get; set; }

    /// <summary>What an announce to it must bring; empty when it gave none.</summary>
    public ReadOnlyMemory<byte> Token { get; set; }

    /// <summary>How often we were announced to it.</summary>
    public int Announces { get; set; }

    /// <summary>Whether it said that it remembers us.</summary>
    public bool IsKeeper { get; set; }

    /// <summary>Nodes that it named and that did not answer.</summary>
    public int BadTips { get; set; }

    /// <summary>Nodes that it named and that answered.</summary>
    public int GoodTips { get; set; }

    /// <summary>
    /// Whether only those named it whose tips have mostly led nowhere. Who names many nodes that nobody hears of sends us to victims, or away from
    /// the target; honest nodes name whom they have heard themselves.
    /// </summary>
    public bool IsDoubtful => Teller is { HasMisled: true } && _secondTeller is null or { HasMisled: true };

    private bool HasMisled => BadTips >= 2 && BadTips > GoodTips;

    /// <summary>Another node named it too.</summary>
    public void ToldAgain(LookupCandidate? teller)
    {
        if (teller != Teller)
            _secondTeller ??= teller;
    }

    /// <summary>It says itself who it is.</summary>
    public void Become(NodeId id)
    {
        Contact = new NodeContact(id, Contact.EndPoint);
        Fits = SecureNodeId.Fits(id, Contact.EndPoint);
        IsEntrance = false;
    }

    /// <summary>The teller's record with this one's fate: +1 answered, -1 did not.</summary>
    public void Credit(int good, int bad)
    {
        if (Teller is not { } teller)
            return;
        teller.GoodTips += good;
        teller.BadTips += bad;
    }
}
