using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>A tracker could not be asked, or refused. The message is safe to print and holds no secrets.</summary>
internal sealed class TrackerException : PiecesException
{
    public TrackerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the tracker answered with a failure reason, as against not at all or with nonsense.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>How long the tracker asks not to be asked again (BEP 31), or null.</summary>
    public TimeSpan? RetryIn { get; init; }

    /// <summary>Whether the tracker asks never to be asked again (BEP 31).</summary>
    public bool IsFinal { get; init; }
}
