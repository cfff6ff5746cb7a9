using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Finds our own address as others see it from what nodes put into their answers (<c>ip</c>, BEP 42). One node may lie, so several must agree, each
/// from a network of its own, and only the latest words count. An address that is known is given up only for one that a large majority names, and not
/// again and again: the table is built anew around each. Pure.
/// </summary>
internal sealed class ExternalAddressVote
{
    /// <summary>Voters that must agree.</summary>
    public const int Quorum = 4;

    /// <summary>Voters that are remembered: the latest ones.</summary>
    public const int MaxVoters = 16;

    /// <summary>Voters that must agree on another address than the one that is known, two thirds of those that are remembered.</summary>
    public const int QuorumForChange = 9;

    /// <summary>Least time between two changes of a known address.</summary>
    public static readonly TimeSpan LeastHold = TimeSpan.FromMinutes(10);

    private readonly List<(CompactEndPoint Voter, CompactEndPoint Address)> _votes = new(MaxVoters);

    private TimeSpan _heldSince;

    /// <summary>The address that more than half of the voters named and at least <see cref="Quorum"/> did, with port 0; null before.</summary>
    public CompactEndPoint? Winner { get; private set; }

    /// <summary>Takes a vote; a second one from the same network replaces the first.</summary>
    /// <returns>Whether there is another winner than before.</returns>
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
