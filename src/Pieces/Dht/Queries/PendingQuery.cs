using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Notified of the outcome of our queries. Each query has exactly one outcome; <see cref="OnSlow"/> may precede it once.</summary>
internal interface IQueryOwner
{
    /// <summary>A reply came from the queried address.</summary>
    void OnReply(PendingQuery query, KrpcReply reply);

    /// <summary>The reply is later than nearly all others; it may still come.</summary>
    void OnSlow(PendingQuery query);

    /// <summary>No reply came, or an error message.</summary>
    void OnLost(PendingQuery query);
}

/// <summary>A query whose reply is pending. Owned by the <see cref="QueryManager"/>.</summary>
internal sealed class PendingQuery
{
    public required uint Transaction { get; init; }

    public required KrpcMethod Method { get; init; }

    /// <summary>The queried address.</summary>
    public required CompactEndPoint EndPoint { get; init; }

    /// <summary>The id expected at that address; null if unknown.</summary>
    public NodeId? Id { get; init; }

    public required IQueryOwner Owner { get; init; }

    /// <summary>Arbitrary data of the owner.</summary>
    public object? Tag { get; init; }

    public required TimeSpan SentAt { get; init; }

    /// <summary>When the reply counts as slow.</summary>
    public required TimeSpan SlowAt { get; init; }

    /// <summary>When the query counts as lost.</summary>
    public required TimeSpan LostAt { get; init; }

    public bool IsSlow { get; set; }

    /// <summary>When the query becomes slow or lost without a reply.</summary>
    public TimeSpan DueAt => IsSlow ? LostAt : SlowAt;
}
