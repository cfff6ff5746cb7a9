using Pieces.Dht.Messages;

namespace Pieces.Dht.Routing;

/// <summary>How likely a node is alive (BEP 5).</summary>
internal enum NodeStanding
{
    /// <summary>It has replied or queried us within the last 15 minutes, and its last query was not lost.</summary>
    Good,

    /// <summary>It has been silent for longer, or did not reply once.</summary>
    Questionable,

    /// <summary>It did not reply several times in a row.</summary>
    Bad,
}

/// <summary>A node that has replied to us at least once. Owned by its <see cref="RoutingTable"/>.</summary>
internal sealed class TableNode
{
    /// <summary>How long a node counts as good after a message (BEP 5).</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMinutes(15);

    /// <summary>Maximum number of consecutive queries without a reply; at this number a node is bad.</summary>
    public const int MaxFailures = 2;

    /// <summary>Creates a node that has just replied.</summary>
    public TableNode(NodeContact contact, TimeSpan roundTrip, TimeSpan now)
    {
        Contact = contact;
        Fits = SecureNodeId.Fits(contact.Id, contact.EndPoint);
        RoundTrip = roundTrip;
        AnsweredAt = now;
        SeenAt = now;
    }

    public NodeContact Contact { get; }

    /// <summary>Whether BEP 42 permits its id for its address.</summary>
    public bool Fits { get; }

    /// <summary>Smoothed round-trip time: each new sample has a weight of 1/4.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>When it last replied.</summary>
    public TimeSpan AnsweredAt { get; private set; }

    /// <summary>When it last replied or queried us.</summary>
    public TimeSpan SeenAt { get; private set; }

    /// <summary>Number of consecutive queries without a reply.</summary>
    public int Failures { get; private set; }

    /// <summary>Its standing at this time.</summary>
    public NodeStanding StandingAt(TimeSpan now)
    {
        if (Failures >= MaxFailures)
            return NodeStanding.Bad;
        return Failures == 0 && now - SeenAt < Freshness ? NodeStanding.Good : NodeStanding.Questionable;
    }

    /// <summary>It replied.</summary>
    public void Answered(TimeSpan roundTrip, TimeSpan now)
    {
        RoundTrip = ((3 * RoundTrip) + roundTrip) / 4;
        AnsweredAt = now;
        SeenAt = now;
        Failures = 0;
    }

    /// <summary>It queried us: it is alive, though perhaps not reachable.</summary>
    public void Asked(TimeSpan now) => SeenAt = now;

    /// <summary>It did not reply.</summary>
    public void Failed() => Failures++;
}
