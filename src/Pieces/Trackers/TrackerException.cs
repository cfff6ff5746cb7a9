using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>A tracker could not be contacted, or refused. The message is safe to print and contains no secrets.</summary>
internal sealed class TrackerException : PiecesException
{
    public TrackerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the tracker responded with a failure reason. False if it did not respond or the response was malformed.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>The tracker's minimum time until the next announce (BEP 31), or null.</summary>
    public TimeSpan? RetryIn { get; init; }

    /// <summary>Whether the tracker forbids any further announce (BEP 31).</summary>
    public bool IsFinal { get; init; }
}
