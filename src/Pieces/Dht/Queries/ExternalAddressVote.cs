using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Determines our external address from the <c>ip</c> field of replies (BEP 42). A node may lie, so several nodes in different networks must agree,
/// and only the latest reports count. A known address is replaced only if a large majority reports another one, and not often, because the routing
/// table is rebuilt for each new address. Reads no clock.
/// </summary>
internal sealed class ExternalAddressVote
{
    /// <summary>Minimum number of voters that agree.</summary>
    public const int Quorum = 4;

    /// <summary>Maximum number of remembered votes on our external address; a new one evicts the oldest.</summary>
    public const int MaxVoters = 16;

    /// <summary>Minimum number of voters that agree on replacing a known address; they must also be two thirds of all voters.</summary>
    public const int QuorumForChange = 9;

    /// <summary>Minimum time between two changes of a known address.</summary>
    public static readonly TimeSpan LeastHold = TimeSpan.FromMinutes(10);

    private readonly List<(CompactEndPoint Voter, CompactEndPoint Address)> _votes = new(MaxVoters);

    private TimeSpan _heldSince;

    /// <summary>
    /// The address reported by more than half of the voters and at least <see cref="Quorum"/>, with port 0; null until there is one.
    /// </summary>
    public CompactEndPoint? Winner { get; private set; }

    /// <summary>Adds a vote. A second vote from the same network replaces the first.</summary>
    /// <returns>Whether the winner has changed.</returns>
    public bool Add(CompactEndPoint voter, CompactEndPoint address, TimeSpan now)
    {
        CompactEndPoint network = AddressFacts.SubnetOf(voter);
        _votes.RemoveAll(vote => vote.Voter == network);
        if (_votes.Count == MaxVoters)
            _votes.RemoveAt(0);
        CompactEndPoint host = address.WithoutPort;
        _votes.Add((network, host));

        int count = 0;
        foreach ((_, CompactEndPoint named) in _votes)
            count += named == host ? 1 : 0;
        if (count < Quorum || 2 * count <= _votes.Count || host == Winner)
            return false;
        if (Winner is not null && (count < QuorumForChange || 3 * count < 2 * _votes.Count || now - _heldSince < LeastHold))
            return false;
        Winner = host;
        _heldSince = now;
        return true;
    }
}
