using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>What a tracker answers to an announce.</summary>
internal sealed record AnnounceResponse
{
    /// <summary>Usable addresses only: see <see cref="Pieces.Net.AddressPolicy.MayList"/>.</summary>
    public required IReadOnlyList<IPEndPoint> Peers { get; init; }

    /// <summary>Peers that are named by their hosts, at most <see cref="HttpTrackerAnswer.MaxNames"/>; they are to be looked up.</summary>
    public IReadOnlyList<DnsEndPoint> Names { get; init; } = [];

    /// <summary>Wanted time between announces as the tracker says it, or null. Not yet clamped.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Least time between announces as the tracker says it, or null. Not yet clamped.</summary>
    public TimeSpan? MinInterval { get; init; }

    /// <summary>Seeds in the swarm, or null when not said.</summary>
    public long? Seeders { get; init; }

    /// <summary>Leechers in the swarm, or null when not said.</summary>
    public long? Leechers { get; init; }

    /// <summary><c>warning message</c>, safe to print, or null.</summary>
    public string? Warning { get; init; }

    /// <summary><c>tracker id</c> to be sent with later announces, or empty.</summary>
    public ReadOnlyMemory<byte> TrackerId { get; init; }

    /// <summary>How far the tracker's own address reaches: what its names lead to is believed as its addresses are.</summary>
    public AddressReach Reach { get; init; } = AddressReach.World;

    /// <summary>What was odd about its encoding, in words; null when nothing was.</summary>
    public string? Oddity { get; init; }

    /// <summary>The same without the peers that a tracker at such a place is not believed.</summary>
    public AnnounceResponse BelievedOf(AddressReach tracker) =>
        this with { Reach = tracker, Peers = [.. Peers.Where(peer => AddressPolicy.Believes(peer.Address, tracker))] };
}

/// <summary>What a tracker answers to a scrape (BEP 15, BEP 48).</summary>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="Completed">How often the download has become complete.</param>
/// <param name="Leechers">Peers that lack something.</param>
internal sealed record ScrapeResponse(long Seeders, long Completed, long Leechers);
