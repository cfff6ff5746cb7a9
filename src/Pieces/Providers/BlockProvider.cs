using Pieces.Net;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>
/// A source of blocks as the download sees it: its pieces, its pending requests, its speed, and its connection. Every peer has one, and so has any
/// other kind of provider. Owned by the torrent's loop.
/// </summary>
internal sealed class BlockProvider
{
    /// <summary>Creates a provider of which nothing is known but its pieces.</summary>
    /// <param name="id">Identifies the provider in requests and in blame; unique per torrent.</param>
    /// <param name="pieces">The pieces it has.</param>
    /// <param name="link">Sends messages to it.</param>
    /// <param name="time">Provides the timestamp frequency.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="run">Keeps its requests in long runs; null if their order does not matter.</param>
    public BlockProvider(SenderId id, IPieceAvailability pieces, IProviderLink link, TimeProvider time, long now, SequentialRun? run = null)
    {
        Id = id;
        Pieces = pieces;
        Link = link;
        Run = run;
        Requests = new ProviderRequests(time, now);
        Downloaded = new RateMeter(time, now);
        if (run is not null)
            Requests.Window.PreferRun(run.Length);
    }

    /// <summary>Identifies the provider in requests and in blame.</summary>
    public SenderId Id { get; }

    /// <summary>The pieces it has.</summary>
    public IPieceAvailability Pieces { get; }

    /// <summary>Sends messages to it.</summary>
    public IProviderLink Link { get; }

    /// <summary>Keeps its requests in long runs; null if their order does not matter.</summary>
    public SequentialRun? Run { get; }

    /// <summary>The requests we send to it.</summary>
    public ProviderRequests Requests { get; }

    /// <summary>Payload received from it, including waste.</summary>
    public RateMeter Downloaded { get; }

    /// <summary>The host of the provider. The grace period of <c>SeedSharingPolicy</c> is granted once per host.</summary>
    public CompactEndPoint Host { get; init; }

    /// <summary>Bytes received from it that belong to verified pieces.</summary>
    public long VerifiedBytes { get; set; }

    /// <summary>Whether it is a member of the swarm. Only members count as leechers and seeds, and compete for what seeds can send.</summary>
    public bool IsInSwarm { get; init; }

    /// <summary>Whether it has a piece that we need. O(1).</summary>
    public bool IsUseful => Requests.Useful > 0;
}
