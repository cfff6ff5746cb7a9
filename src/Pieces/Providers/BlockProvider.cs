using Pieces.Net;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>
/// A source of blocks, as the download sees it: what it has, what it was asked for, how fast it is, and how it is reached. A peer has one, and
/// so has any other kind of provider. Owned by the torrent's loop.
/// </summary>
internal sealed class BlockProvider
{
    /// <summary>Makes a provider of which nothing is known but what it has.</summary>
    /// <param name="id">For requests and blame; differs for each provider of a torrent.</param>
    /// <param name="pieces">What it has.</param>
    /// <param name="link">How it is reached.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="run">Keeps its requests in long runs; null where their order does not matter.</param>
    public BlockProvider(SourceId id, IPieceAvailability pieces, IProviderLink link, TimeProvider time, long now, SequentialRun? run = null)
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

    /// <summary>For requests and blame.</summary>
    public SourceId Id { get; }

    /// <summary>What it has.</summary>
    public IPieceAvailability Pieces { get; }

    /// <summary>How it is reached.</summary>
    public IProviderLink Link { get; }

    /// <summary>Keeps its requests in long runs; null where their order does not matter.</summary>
    public SequentialRun? Run { get; }

    /// <summary>What we request from it.</summary>
    public ProviderRequests Requests { get; }

    /// <summary>Payload from it, waste included.</summary>
    public RateMeter Downloaded { get; }

    /// <summary>Where it is, as far as grace is given once for each host.</summary>
    public CompactEndPoint Host { get; init; }

    /// <summary>Bytes from it in pieces whose hash was right.</summary>
    public long VerifiedBytes { get; set; }

    /// <summary>Whether it is a member of the swarm: only members count as leechers and seeders, and share what seeders can send.</summary>
    public bool IsInSwarm { get; init; }

    /// <summary>Whether it has something we need. O(1).</summary>
    public bool IsUseful => Requests.Useful > 0;
}
