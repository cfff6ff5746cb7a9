using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>One tracker: asks once and reports; when to ask again is decided elsewhere. One call at a time.</summary>
internal interface ITracker : IDisposable
{
    /// <summary>Its URL without secrets, safe to print.</summary>
    string DisplayUrl { get; }

    /// <summary>Announces once.</summary>
    /// <exception cref="TrackerException">It refused, cannot be reached, or answered nonsense.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken);

    /// <summary>Asks for the counts of one swarm.</summary>
    /// <exception cref="TrackerException">It refused, cannot be reached, knows no scrape, or answered nonsense.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken);
}
