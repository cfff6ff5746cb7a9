using Pieces.Dht.Messages;

namespace Pieces.Dht.Routing;

/// <summary>How far a node of the table is to be trusted to be there (BEP 5).</summary>
internal enum NodeStanding
{
    /// <summary>It answered within 15 minutes; or it once answered, and asked us something within 15 minutes.</summary>
    Good,

    /// <summary>Nothing was heard of it for longer.</summary>
    Questionable,

    /// <summary>It did not answer several times in a row.</summary>
    Bad,
}

/// <summary>A node that has answered us at least once. Owned by its <see cref="RoutingTable"/>.</summary>
internal sealed class TableNode
{
    /// <summary>How long a sign of life lasts (BEP 5).</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMinutes(15);

    /// <summary>Questions in a row without an answer that make a node bad.</summary>
    public const int MaxFailures = 2;

    /// <summary>Makes one that has just answered.</summary>
    public TableNode(NodeContact contact, TimeSpan roundTrip, TimeSpan now)
    {
        Contact = contact;
        Fits = SecureNodeId.Fits(contact.Id, contact.EndPoint);
        RoundTrip = roundTrip;
        AnsweredAt = now;
        SeenAt = now;
    }

    public NodeContact Contact { get; }

    /// <summary>Whether its id is one that its address may have (BEP 42).</summary>
    public bool Fits { get; }

    /// <summary>How long its answers take: each new one counts a quarter.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>When it last answered.</summary>
    public TimeSpan AnsweredAt { get; private set; }

    /// <summary>When it last answered or asked.</summary>
    public TimeSpan SeenAt { get; private set; }

    /// <summary>Questions in a row that it did not answer.</summary>
    public int Failures { get; private set; }

    /// <summary>What it is at this time.</summary>
    public NodeStanding StandingAt(TimeSpan now)
    {
        if (Failures >= MaxFailures)
            return NodeStanding.Bad;
        return Failures == 0 && now - SeenAt < Freshness ? NodeStanding.Good : NodeStanding.Questionable;
    }

    /// <summary>It answered.</summary>
    public void Answered(TimeSpan roundTrip, TimeSpan now)
    {
        RoundTrip = ((3 * RoundTrip) + roundTrip) / 4;
        AnsweredAt = now;
        SeenAt = now;
        Failures = 0;
    }

    /// <summary>It asked us something: a sign of life, but none that it can be reached.</summary>
    public void Asked(TimeSpan now) => SeenAt = now;

    /// <summary>It did not answer.</summary>
    public void Failed() => Failures++;
}
