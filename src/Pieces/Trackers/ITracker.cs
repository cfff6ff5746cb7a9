using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>One tracker: makes a single request per call; when to repeat it is decided elsewhere. One call at a time.</summary>
internal interface ITracker : IDisposable
{
    /// <summary>Its URL without secrets, safe to print.</summary>
    string DisplayUrl { get; }

    /// <summary>Announces once.</summary>
    /// <exception cref="TrackerException">The tracker refused, cannot be reached, or sent a malformed response.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken);

    /// <summary>Requests the counts of one swarm.</summary>
    /// <exception cref="TrackerException">The tracker refused, cannot be reached, does not support scrape, or sent a malformed response.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken);
}
