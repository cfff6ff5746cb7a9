using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>
/// Finds the nodes closest to a target by querying nodes closer and closer to it, three in parallel (BEP 5). Chooses the next node to query and
/// decides when the lookup is over. Uses neither a clock nor the network.
/// </summary>
internal sealed class Lookup
{
    /// <summary>Maximum number of parallel queries; slow ones are not counted.</summary>
    public const int Alpha = 3;

    /// <summary>Maximum number of queries of one lookup; the announces that follow are not counted.</summary>
    public const int MaxQueries = 50;

    /// <summary>Maximum number of candidate nodes; the farthest ones are dropped.</summary>
    public const int MaxCandidates = 160;

    /// <summary>Maximum number of candidate nodes per network (/24 or /64), so that the owner of one network cannot fill the lookup.</summary>
    public const int MaxOfSubnet = 2;

    /// <summary>
    /// Maximum number of queries to nodes whose id does not fit their address (BEP 42); queries at the very end of the lookup are not limited.
    /// </summary>
    public const int MaxMisfits = 12;

    /// <summary>We announce to this number of nodes whose id does not fit their address, even if enough other nodes are found.</summary>
    public const int MisfitKeepers = 2;

    /// <summary>Number of queries without any reply after which the entrances are queried.</summary>
    public const int InVain = 6;

    private readonly NodeId _ownId;

    // Sorted by distance, the closest first.
    private readonly List<LookupCandidate> _candidates = [];
    private readonly List<LookupCandidate> _entrances = [];
    private readonly HashSet<CompactEndPoint> _hosts = [];
    private int _misfits;

    /// <summary>Creates a lookup without candidates.</summary>
    public Lookup(NodeId target, NodeId ownId)
    {
        Target = target;
        _ownId = ownId;
    }

    /// <summary>The id whose closest nodes are searched for.</summary>
    public NodeId Target { get; }

    /// <summary>Number of queries sent so far.</summary>
    public int Queries { get; private set; }

    /// <summary>Number of replies so far.</summary>
    public int Answers { get; private set; }

    /// <summary>Number of pending queries; slow ones are not counted.</summary>
    public int InFlight { get; private set; }

    /// <summary>Whether no query is pending and no node is left to query.</summary>
    public bool IsOver => InFlight == 0 && (Queries >= MaxQueries || Pick() is null);

    /// <summary>Adds a node that another node returned, or that we know ourselves (<paramref name="teller"/> is null).</summary>
    public void Add(NodeContact contact, LookupCandidate? teller)
    {
        if (contact.Id == _ownId)
            return;
        if (!_hosts.Add(AddressFacts.HostOf(contact.EndPoint)))
        {
            _candidates.Find(known => known.Contact == contact)?.ToldAgain(teller);
            return;
        }

        var candidate = new LookupCandidate(contact, teller);
        if (CountOf(candidate.Subnet) < MaxOfSubnet)
            Insert(candidate);
    }

    /// <summary>Adds an address without a known id. It is queried only if the known nodes do not reply or are too few.</summary>
    public void AddEntrance(CompactEndPoint endPoint)
    {
        if (_hosts.Add(AddressFacts.HostOf(endPoint)))
            _entrances.Add(new LookupCandidate(new NodeContact(default, endPoint), null, isEntrance: true));
    }

    /// <summary>The node to query now, or null. The caller must call <see cref="Asked"/> or <see cref="Lost"/> for it before the next call.</summary>
    public LookupCandidate? Next() => InFlight >= Alpha || Queries >= MaxQueries ? null : Pick();

    /// <summary>The query was sent.</summary>
    public void Asked(LookupCandidate candidate)
    {
        candidate.State = CandidateState.Asked;
        Queries++;
        InFlight++;
        _misfits += candidate.Fits || candidate.IsEntrance ? 0 : 1;
    }

    /// <summary>The reply is late.</summary>
    public void Slow(LookupCandidate candidate)
    {
        if (candidate.State != CandidateState.Asked)
            return;
        candidate.State = CandidateState.Slow;
        InFlight--;
        candidate.Credit(good: 0, bad: 1);
    }

    /// <summary>The query failed: no reply came, or an unusable one.</summary>
    public void Lost(LookupCandidate candidate)
    {
        if (candidate.State == CandidateState.Asked)
            InFlight--;
        if (candidate.State is CandidateState.Asked or CandidateState.Fresh)
            candidate.Credit(good: 0, bad: 1);
        candidate.State = CandidateState.Lost;
        _entrances.Remove(candidate);
    }

    /// <summary>A reply came, possibly late.</summary>
    /// <param name="candidate">The queried node.</param>
    /// <param name="sender">The id in the reply.</param>
    /// <param name="token">The token for an announce to this node; empty if it sent none.</param>
    /// <returns>
    /// Whether the reply may be used. It may not if its id differs from the expected one and does not fit the address either (BEP 42).
    /// </returns>
    public bool Answered(LookupCandidate candidate, NodeId sender, ReadOnlyMemory<byte> token)
    {
        if (candidate.State is not (CandidateState.Asked or CandidateState.Slow))
            return false;
        bool isOther = candidate.IsEntrance || sender != candidate.Contact.Id;
        if (isOther && !candidate.IsEntrance && !SecureNodeId.Fits(sender, candidate.Contact.EndPoint))
        {
            Lost(candidate);
            return false;
        }

        if (candidate.State == CandidateState.Asked)
            InFlight--;
        else
            candidate.Credit(good: 0, bad: -1);
        candidate.Credit(good: 1, bad: 0);
        candidate.State = CandidateState.Answered;
        candidate.Token = token;
        Answers++;
        if (!isOther)
            return true;
        _entrances.Remove(candidate);
        _candidates.Remove(candidate);
        candidate.Become(sender);
        if (sender != _ownId)
            Insert(candidate);
        return true;
    }

    /// <summary>
    /// The nodes to announce to: the closest ones that replied with a token and whose id fits their address, plus a few whose id does not fit. BEP 42
    /// permits the latter: nodes that do not implement it search there, and there may be no others.
    /// </summary>
    public List<LookupCandidate> Keepers()
    {
        List<LookupCandidate> willing = _candidates.FindAll(candidate => candidate.State == CandidateState.Answered && !candidate.Token.IsEmpty);
        List<LookupCandidate> keepers = [.. willing.Where(candidate => candidate.Fits).Take(Bucket.Size)];
        keepers.AddRange(willing.Where(candidate => !candidate.Fits).Take(Math.Max(MisfitKeepers, Bucket.Size - keepers.Count)));
        return keepers;
    }

    private LookupCandidate? Pick()
    {
        if (Answers == 0 && Queries >= InVain && FreshEntrance() is { } entrance)
            return entrance;
        int settled = 0;
        LookupCandidate? doubtful = null;
        foreach (LookupCandidate candidate in _candidates)
        {
            switch (candidate.State)
            {
                case CandidateState.Answered or CandidateState.Asked when candidate.Fits:
                    settled++;
                    break;
                case CandidateState.Fresh when candidate.IsDoubtful || (!candidate.Fits && _misfits >= MaxMisfits):
                    doubtful ??= candidate;
                    break;
                case CandidateState.Fresh:
                    return candidate;
            }

            if (settled == Bucket.Size)
                return null;
        }

        // Too few trustworthy nodes. Query the others, but only once no pending query can return a better node.
        return FreshEntrance() ?? (InFlight == 0 ? doubtful : null);
    }

    private LookupCandidate? FreshEntrance() => _entrances.Find(entrance => entrance.State == CandidateState.Fresh);

    private void Insert(LookupCandidate candidate)
    {
        int place = _candidates.Count;
        while (place > 0 && Target.CompareDistance(candidate.Contact.Id, _candidates[place - 1].Contact.Id) < 0)
            place--;
        _candidates.Insert(place, candidate);
        if (_candidates.Count <= MaxCandidates)
            return;
        int farthest = _candidates.FindLastIndex(known => known.State is CandidateState.Fresh or CandidateState.Lost);
        _candidates.RemoveAt(farthest);
    }

    private int CountOf(CompactEndPoint subnet)
    {
        int count = 0;
        foreach (LookupCandidate candidate in _candidates)
            count += candidate.Subnet == subnet ? 1 : 0;
        return count;
    }
}
