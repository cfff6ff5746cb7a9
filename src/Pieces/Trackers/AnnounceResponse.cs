using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>A tracker's response to an announce.</summary>
internal sealed record AnnounceResponse
{
    /// <summary>The returned peers with usable addresses: see <see cref="Pieces.Net.AddressPolicy.MayList"/>.</summary>
    public required IReadOnlyList<IPEndPoint> Peers { get; init; }

    /// <summary>Returned peers with host names, at most <see cref="HttpTrackerAnswer.MaxNames"/>; the names must be looked up.</summary>
    public IReadOnlyList<DnsEndPoint> Names { get; init; } = [];

    /// <summary>The tracker's interval between announces, not clamped yet; null if absent.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The tracker's minimum interval between announces, not clamped yet; null if absent.</summary>
    public TimeSpan? MinInterval { get; init; }

    /// <summary>Number of seeds in the swarm; null if absent.</summary>
    public long? Seeders { get; init; }

    /// <summary>Number of leechers in the swarm; null if absent.</summary>
    public long? Leechers { get; init; }

    /// <summary>The <c>warning message</c>, safe to print; null if absent.</summary>
    public string? Warning { get; init; }

    /// <summary>The <c>tracker id</c> to send with later announces, or empty.</summary>
    public ReadOnlyMemory<byte> TrackerId { get; init; }

    /// <summary>Reach of the tracker's own address. Addresses of its <see cref="Names"/> are checked against it as its <see cref="Peers"/>
    /// are.</summary>
    public AddressReach Reach { get; init; } = AddressReach.World;

    /// <summary>Description of an irregularity in its encoding; null if there is none.</summary>
    public string? Oddity { get; init; }

    /// <summary>Returns a copy without the peers that are not accepted from a tracker of this reach.</summary>
    public AnnounceResponse BelievedOf(AddressReach tracker) =>
        this with { Reach = tracker, Peers = [.. Peers.Where(peer => AddressPolicy.Believes(peer.Address, tracker))] };
}

/// <summary>A tracker's response to a scrape (BEP 15, BEP 48).</summary>
/// <param name="Seeders">Number of seeds.</param>
/// <param name="Completed">Number of completed downloads.</param>
/// <param name="Leechers">Number of leechers.</param>
internal sealed record ScrapeResponse(long Seeders, long Completed, long Leechers);
