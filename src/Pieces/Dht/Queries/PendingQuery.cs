using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Hears how a question of ours ended. Each question has one ending; late before it at most once.</summary>
internal interface IQueryOwner
{
    /// <summary>An answer came from where the question went.</summary>
    void OnReply(PendingQuery query, KrpcReply reply);

    /// <summary>The answer is later than nearly all; it may still come.</summary>
    void OnSlow(PendingQuery query);

    /// <summary>No answer came, or a refusal.</summary>
    void OnLost(PendingQuery query);
}

/// <summary>A question that is on its way. Owned by the <see cref="QueryDesk"/>.</summary>
internal sealed class PendingQuery
{
    public required uint Transaction { get; init; }

    public required KrpcMethod Method { get; init; }

    /// <summary>Where it went.</summary>
    public required CompactEndPoint EndPoint { get; init; }

    /// <summary>Who is said to be there; null when only the address is known.</summary>
    public NodeId? Id { get; init; }

    public required IQueryOwner Owner { get; init; }

    /// <summary>What the owner knows it by.</summary>
    public object? Tag { get; init; }

    public required TimeSpan SentAt { get; init; }

    /// <summary>When it counts as slow.</summary>
    public required TimeSpan SlowAt { get; init; }

    /// <summary>When it is given up.</summary>
    public required TimeSpan LostAt { get; init; }

    public bool IsSlow { get; set; }

    /// <summary>When something happens to it without an answer.</summary>
    public TimeSpan DueAt => IsSlow ? LostAt : SlowAt;
}
