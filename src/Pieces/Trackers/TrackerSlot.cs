namespace Pieces.Trackers;

/// <summary>Result of a tracker's last announce.</summary>
internal enum TrackerOutcome
{
    /// <summary>No announce yet.</summary>
    Untried,

    /// <summary>It returned peers.</summary>
    NamedPeers,

    /// <summary>It responded without peers.</summary>
    NamedNobody,

    /// <summary>No response, or a malformed one.</summary>
    Failed,

    /// <summary>It responded with a failure reason.</summary>
    Refused,
}

/// <summary>
/// A tracker's state in the schedule. Used by one task: changed by <see cref="AnnounceSchedule"/>, <see cref="Announcer"/> and
/// <see cref="TrackerClient"/>.
/// </summary>
internal sealed class TrackerSlot
{
    public TrackerSlot(ITracker tracker) => Tracker = tracker;

    /// <summary>The tracker itself.</summary>
    public ITracker Tracker { get; }

    /// <summary>Result of the last announce.</summary>
    public TrackerOutcome Outcome { get; set; }

    /// <summary>Whether an announce is pending.</summary>
    public bool IsBusy { get; set; }

    /// <summary>When the latest announce was started.</summary>
    public TimeSpan BegunAt { get; set; }

    /// <summary>Whether the tracker forbids any further announce (BEP 31).</summary>
    public bool IsDropped { get; set; }

    /// <summary>Number of failures since the last response.</summary>
    public int Failures { get; set; }

    /// <summary>Earliest time of the next announce: the end of <c>min interval</c> or of the back-off.</summary>
    public TimeSpan EarliestAt { get; set; }

    /// <summary>When the next regular announce is due.</summary>
    public TimeSpan DueAt { get; set; }

    /// <summary>Whether it has responded to <c>started</c>, so that <c>stopped</c> must be sent at the end.</summary>
    public bool HeardStarted { get; set; }

    /// <summary>Whether the last announce that it responded to reported missing data.</summary>
    public bool HeardIncomplete { get; set; }

    /// <summary>Whether it has responded to <c>completed</c>.</summary>
    public bool HeardCompleted { get; set; }

    /// <summary>Whether <c>completed</c> must be sent to it.</summary>
    public bool IsOwedCompleted { get; set; }

    /// <summary>Whether it has responded to an announce as a partial seed (BEP 21).</summary>
    public bool HeardPaused { get; set; }

    /// <summary>Whether it must be informed that we have become a partial seed.</summary>
    public bool IsOwedPaused { get; set; }

    /// <summary>Whether an event must be announced to it at once.</summary>
    public bool IsOwed => IsOwedCompleted || IsOwedPaused;

    /// <summary>Its <c>tracker id</c>, or empty.</summary>
    public ReadOnlyMemory<byte> TrackerId { get; set; }

    /// <summary>The event of its next announce.</summary>
    public AnnounceEvent NextEvent =>
        !HeardStarted ? AnnounceEvent.Started : IsOwedCompleted ? AnnounceEvent.Completed : AnnounceEvent.None;

    /// <summary>Whether it responded to the last announce without a failure reason.</summary>
    public bool IsAnswering => Outcome is TrackerOutcome.NamedPeers or TrackerOutcome.NamedNobody;
}
