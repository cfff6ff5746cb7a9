using System.Buffers.Binary;
using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Outcome of an attempt to send a query.</summary>
internal enum AskOutcome
{
    /// <summary>The query was sent.</summary>
    Sent,

    /// <summary>Not sent because of a rate limit or too many pending queries; try again later.</summary>
    Later,

    /// <summary>This address cannot be queried.</summary>
    Never,
}

/// <summary>
/// Sends our queries and accepts only replies that match one: from the queried address and with the transaction id of the query. No address and no
/// network is queried more often than <see cref="HostRate"/> or <see cref="SubnetRate"/> allows, whatever node lists we receive, so that we cannot be
/// used to flood a victim.
/// </summary>
internal sealed class QueryManager
{
    /// <summary>Maximum number of pending queries of the node.</summary>
    public const int MaxPending = 256;

    /// <summary>Maximum number of queries to one address per second; burst <see cref="HostBurst"/>.</summary>
    public const double HostRate = 2;

    /// <summary>Maximum number of queries to one address in a burst.</summary>
    public const int HostBurst = 12;

    /// <summary>Maximum number of queries to one network (/24 or /64) per second; burst <see cref="SubnetBurst"/>.</summary>
    public const double SubnetRate = 4;

    /// <summary>Maximum number of queries to one network in a burst.</summary>
    public const int SubnetBurst = 24;

    /// <summary>Maximum number of queries in total per second; burst <see cref="OverallBurst"/>.</summary>
    public const double OverallRate = 100;

    /// <summary>Maximum number of queries in total in a burst.</summary>
    public const int OverallBurst = 200;

    /// <summary>Minimum time until a query counts as lost.</summary>
    public static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(3);

    private const int Places = 512;

    private readonly DhtShared _shared;
    private readonly AskedHosts? _askedHosts;
    private readonly RoundTrips _roundTrips = new();
    private readonly Dictionary<uint, PendingQuery> _pending = [];
    private readonly List<PendingQuery> _due = [];
    private readonly PerHostLimiter _perHost;
    private readonly PerHostLimiter _perSubnet;
    private readonly PerHostLimiter _overall;

    /// <summary>Creates a manager without pending queries.</summary>
    /// <param name="shared">State shared by the parts of the node.</param>
    /// <param name="askedHosts">Records the queried addresses, so that their replies pass the gate; null if there is no gate.</param>
    public QueryManager(DhtShared shared, AskedHosts? askedHosts)
    {
        _shared = shared;
        _askedHosts = askedHosts;
        _perHost = new PerHostLimiter(HostRate, HostBurst, Places, (ulong)shared.Random.NextInt64());
        _perSubnet = new PerHostLimiter(SubnetRate, SubnetBurst, Places, (ulong)shared.Random.NextInt64());
        _overall = new PerHostLimiter(OverallRate, OverallBurst, places: 1, salt: 0);
    }

    /// <summary>When the next query becomes slow or lost; null if none is pending.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            TimeSpan? next = null;
            foreach (PendingQuery query in _pending.Values)
                next = next is { } other && other <= query.DueAt ? other : query.DueAt;
            return next;
        }
    }

    /// <summary>Number of pending queries.</summary>
    public int Count => _pending.Count;

    /// <summary>Sends a query to a node.</summary>
    /// <param name="query">The query; the transaction id is chosen here.</param>
    /// <param name="endPoint">Address of the node.</param>
    /// <param name="id">Expected id of the node, or null.</param>
    /// <param name="owner">Notified of the outcome, never during this call.</param>
    /// <param name="tag">Arbitrary data of the owner.</param>
    public AskOutcome Ask(KrpcQuery query, CompactEndPoint endPoint, NodeId? id, IQueryOwner owner, object? tag = null)
    {
        DhtFamily family = _shared.FamilyOf(endPoint);
        if (!family.IsOpen || !_shared.MayBeNode(endPoint) || IsOurs(family, endPoint))
            return AskOutcome.Never;
        TimeSpan now = _shared.Now;
        if (now < family.MutedUntil)
            return AskOutcome.Never;
        if (_pending.Count >= MaxPending || !MayAsk(endPoint, now))
            return AskOutcome.Later;

        byte[] transaction = new byte[4];
        uint number;
        do
        {
            number = (uint)_shared.Random.NextInt64(1L << 32);
        }
        while (_pending.ContainsKey(number));
        BinaryPrimitives.WriteUInt32BigEndian(transaction, number);
        ReadOnlyMemory<byte> datagram = _shared.Writer.Write(query with { Transaction = transaction, IsReadOnly = _shared.Options.IsReadOnly });
        bool isSent = _shared.Wire.TrySend(datagram.Span, endPoint);
        family.NoteSend(isSent, now);
        if (!isSent)
            return AskOutcome.Never;

        TimeSpan patience = _roundTrips.PatienceFor(family.Table.TryGet(endPoint, out TableNode? node) ? node.RoundTrip : null);
        _pending.Add(number, new PendingQuery
        {
            Transaction = number,
            Method = query.Method,
            EndPoint = endPoint,
            Id = id,
            Owner = owner,
            Tag = tag,
            SentAt = now,
            SlowAt = now + patience,
            LostAt = now + (4 * patience > LeastWait ? 4 * patience : LeastWait),
        });
        _askedHosts?.Add(endPoint);
        return AskOutcome.Sent;
    }

    /// <summary>Finds and removes the query that a message replies to; null if there is none.</summary>
    public PendingQuery? Take(ReadOnlyMemory<byte> transaction, CompactEndPoint from)
    {
        if (transaction.Length != 4
            || !_pending.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(transaction.Span), out PendingQuery? query)
            || query.EndPoint != from)
            return null;
        Remove(query);
        return query;
    }

    /// <summary>Records that a host has replied: its address is not forged.</summary>
    public void NoteAnswer(CompactEndPoint from) => _askedHosts?.NoteAnswer(from, _shared.Now);

    /// <summary>Adds the round-trip time of a query to the statistics and returns it.</summary>
    public TimeSpan NoteRoundTrip(PendingQuery query)
    {
        TimeSpan roundTrip = _shared.Now - query.SentAt;
        _roundTrips.Add(roundTrip);
        return roundTrip;
    }

    /// <summary>Notifies the owners of queries that have become slow or lost.</summary>
    /// <param name="onLost">Called for each lost query, before its owner.</param>
    public void Tick(Action<PendingQuery> onLost)
    {
        TimeSpan now = _shared.Now;
        _due.Clear();
        foreach (PendingQuery query in _pending.Values)
        {
            if (query.DueAt <= now)
                _due.Add(query);
        }

        foreach (PendingQuery query in _due)
        {
            if (!query.IsSlow)
            {
                query.IsSlow = true;
                query.Owner.OnSlow(query);
            }

            if (query.LostAt > now || !_pending.ContainsKey(query.Transaction))
                continue;
            Remove(query);
            onLost(query);
            query.Owner.OnLost(query);
        }
    }

    private static bool IsOurs(DhtFamily family, CompactEndPoint endPoint) =>
        family.Votes.Winner is { } own && own.Host == endPoint.Host && !AddressFacts.IsLocal(endPoint);

    private bool MayAsk(CompactEndPoint endPoint, TimeSpan now) =>
        _overall.TryTake(default, now)
        && _perHost.TryTake(AddressFacts.HostOf(endPoint), now)
        && (AddressFacts.IsLocal(endPoint) || _perSubnet.TryTake(AddressFacts.SubnetOf(endPoint), now));

    private void Remove(PendingQuery query)
    {
        _pending.Remove(query.Transaction);
        _askedHosts?.Remove(query.EndPoint);
    }
}
