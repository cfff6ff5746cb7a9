using System.Net;

namespace Pieces.Trackers;

/// <summary>What a tracker answers to an announce.</summary>
internal sealed record AnnounceResponse
{
    /// <summary>Usable addresses only: see <see cref="Pieces.Net.AddressPolicy.MayList"/>.</summary>
    public required IReadOnlyList<IPEndPoint> Peers { get; init; }

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
}

/// <summary>What a tracker answers to a scrape (BEP 15, BEP 48).</summary>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="Completed">How often the download has become complete.</param>
/// <param name="Leechers">Peers that lack something.</param>
internal sealed record ScrapeResponse(long Seeders, long Completed, long Leechers);
