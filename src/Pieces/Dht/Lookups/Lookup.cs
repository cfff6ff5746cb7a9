using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>
/// Finds the nodes nearest to a point by asking ever nearer ones, three at a time (BEP 5): decides whom to ask next and when it is over. Pure; knows
/// neither time nor network.
/// </summary>
internal sealed class Lookup
{
    /// <summary>Questions that may be on their way at one time, slow ones not counted.</summary>
    public const int Alpha = 3;

    /// <summary>Most questions of one lookup; the announces after it are not counted.</summary>
    public const int MaxQueries = 50;

    /// <summary>Most nodes that are kept in mind; the farthest ones go.</summary>
    public const int MaxCandidates = 160;

    /// <summary>Most nodes of one network: who owns one must not fill the lookup.</summary>
    public const int MaxOfSubnet = 2;

    /// <summary>Most questions to nodes whose id does not fit their address, save those that are asked at the very end.</summary>
    public const int MaxMisfits = 12;

    /// <summary>Nodes whose id does not fit that a peer is announced to beside enough others.</summary>
    public const int MisfitKeepers = 2;

    /// <summary>Questions without any answer after which the entrances are tried.</summary>
    public const int InVain = 6;

    private readonly NodeId _ownId;

    // The nearest first.
    private readonly List<LookupCandidate> _candidates = [];
    private readonly List<LookupCandidate> _entrances = [];
    private readonly HashSet<CompactEndPoint> _hosts = [];
    private int _misfits;

    /// <summary>Makes one that knows nobody yet.</summary>
    public Lookup(NodeId target, NodeId ownId)
    {
        Target = target;
        _ownId = ownId;
    }

    /// <summary>What is searched for.</summary>
    public NodeId Target { get; }

    /// <summary>Questions asked so far.</summary>
    public int Queries { get; private set; }

    /// <summary>Answers so far.</summary>
    public int Answers { get; private set; }

    /// <summary>Questions on their way, slow ones not counted.</summary>
    public int InFlight { get; private set; }

    /// <summary>Whether nobody is left to be asked and nobody's answer is awaited.</summary>
    public bool IsOver => InFlight == 0 && (Queries >= MaxQueries || Pick() is null);

    /// <summary>Adds a node that somebody named, or that we knew (<paramref name="teller"/> is null).</summary>
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

    /// <summary>Adds an address at which somebody is said to be, who is asked when the nodes that we know do not get us anywhere.</summary>
    public void AddEntrance(CompactEndPoint endPoint)
    {
        if (_hosts.Add(AddressFacts.HostOf(endPoint)))
            _entrances.Add(new LookupCandidate(new NodeContact(default, endPoint), null, isEntrance: true));
    }

    /// <summary>Whom to ask now, or null. <see cref="Asked"/> or <see cref="Lost"/> must follow before the next call.</summary>
    public LookupCandidate? Next() => InFlight >= Alpha || Queries >= MaxQueries ? null : Pick();

    /// <summary>The question is on its way.</summary>
    public void Asked(LookupCandidate candidate)
    {
        candidate.State = CandidateState.Asked;
        Queries++;
        InFlight++;
        _misfits += candidate.Fits || candidate.IsEntrance ? 0 : 1;
    }

    /// <summary>The answer is late.</summary>
    public void Slow(LookupCandidate candidate)
    {
        if (candidate.State != CandidateState.Asked)
            return;
        candidate.State = CandidateState.Slow;
        InFlight--;
        candidate.Credit(good: 0, bad: 1);
    }

    /// <summary>No answer will come, or none that is of use.</summary>
    public void Lost(LookupCandidate candidate)
    {
        if (candidate.State == CandidateState.Asked)
            InFlight--;
        if (candidate.State is CandidateState.Asked or CandidateState.Fresh)
            candidate.Credit(good: 0, bad: 1);
        candidate.State = CandidateState.Lost;
        _entrances.Remove(candidate);
    }

    /// <summary>An answer came, however late.</summary>
    /// <param name="candidate">Who was asked.</param>
    /// <param name="sender">Who it says it is.</param>
    /// <param name="token">What an announce to it must bring; empty when it gave none.</param>
    /// <returns>Whether its word counts: not that of one who turns out to be somebody else, and somebody that its address may not be.</returns>
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
    /// Those that a peer is announced to: the nearest that answered with a token and whose id fits; and beside them some of those that do not fit,
    /// which BEP 42 allows: nodes that know no better look for peers there, and there may be no others.
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

        // Not enough of those that can be believed: now the others, and only when it is certain that nobody better is about to be named.
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
