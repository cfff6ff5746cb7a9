using System.Buffers.Binary;
using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>What became of the wish to ask.</summary>
internal enum AskOutcome
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>Not now: so many questions a second are enough, for this address or for all.</summary>
    Later,

    /// <summary>It cannot be asked.</summary>
    Never,
}

/// <summary>
/// Sends our questions and believes only answers to them: from the address that was asked, with the number of the question. Nobody can make us ask
/// one address, or one network, more often than <see cref="HostRate"/> or <see cref="SubnetRate"/> allows, whatever lists it stands in.
/// </summary>
internal sealed class QueryDesk
{
    /// <summary>Most questions on their way at one time.</summary>
    public const int MaxPending = 256;

    /// <summary>Questions to one address, a second; <see cref="HostBurst"/> at once.</summary>
    public const double HostRate = 2;

    /// <summary>Questions to one address at once.</summary>
    public const int HostBurst = 12;

    /// <summary>Questions to one network, a second; <see cref="SubnetBurst"/> at once.</summary>
    public const double SubnetRate = 4;

    /// <summary>Questions to one network at once.</summary>
    public const int SubnetBurst = 24;

    /// <summary>Questions to all, a second; <see cref="OverallBurst"/> at once.</summary>
    public const double OverallRate = 100;

    /// <summary>Questions to all at once.</summary>
    public const int OverallBurst = 200;

    /// <summary>How long an answer is awaited at least.</summary>
    public static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(3);

    private const int Places = 512;

    private readonly DhtShared _shared;
    private readonly AskedHosts? _askedHosts;
    private readonly RoundTrips _roundTrips = new();
    private readonly Dictionary<uint, PendingQuery> _pending = [];
    private readonly List<PendingQuery> _due = [];
    private readonly SourceLimiter _perHost;
    private readonly SourceLimiter _perSubnet;
    private readonly SourceLimiter _overall;

    /// <summary>Makes one.</summary>
    /// <param name="shared">What the parts have in common.</param>
    /// <param name="askedHosts">Is told who was asked, so that answers get past the gate; null where there is none.</param>
    public QueryDesk(DhtShared shared, AskedHosts? askedHosts)
    {
        _shared = shared;
        _askedHosts = askedHosts;
        _perHost = new SourceLimiter(HostRate, HostBurst, Places, (ulong)shared.Random.NextInt64());
        _perSubnet = new SourceLimiter(SubnetRate, SubnetBurst, Places, (ulong)shared.Random.NextInt64());
        _overall = new SourceLimiter(OverallRate, OverallBurst, places: 1, salt: 0);
    }

    /// <summary>When the next question becomes slow or lost; null when none is on its way.</summary>
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

    /// <summary>Questions on their way.</summary>
    public int Count => _pending.Count;

    /// <summary>Asks a node.</summary>
    /// <param name="query">What; the transaction is chosen here.</param>
    /// <param name="endPoint">Where.</param>
    /// <param name="id">Who is said to be there, or null.</param>
    /// <param name="owner">Hears the ending, never during this call.</param>
    /// <param name="tag">What the owner knows it by.</param>
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

    /// <summary>Finds the question that a message answers, and ends it; null when nobody asked there.</summary>
    public PendingQuery? Take(ReadOnlyMemory<byte> transaction, CompactEndPoint from)
    {
        if (transaction.Length != 4
            || !_pending.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(transaction.Span), out PendingQuery? query)
            || query.EndPoint != from)
            return null;
        Remove(query);
        return query;
    }

    /// <summary>A host has answered: it is no made-up address.</summary>
    public void NoteAnswer(CompactEndPoint from) => _askedHosts?.NoteAnswer(from, _shared.Now);

    /// <summary>The time that a question took counts from now on.</summary>
    public TimeSpan NoteRoundTrip(PendingQuery query)
    {
        TimeSpan roundTrip = _shared.Now - query.SentAt;
        _roundTrips.Add(roundTrip);
        return roundTrip;
    }

    /// <summary>Tells the owners of those that have become slow or lost.</summary>
    /// <param name="onLost">Hears of each that is lost, before its owner does.</param>
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
