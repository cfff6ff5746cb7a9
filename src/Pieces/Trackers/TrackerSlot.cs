namespace Pieces.Trackers;

/// <summary>How a tracker's last announce went.</summary>
internal enum TrackerOutcome
{
    /// <summary>Not asked yet.</summary>
    Untried,

    /// <summary>It named peers.</summary>
    NamedPeers,

    /// <summary>It answered, and named nobody.</summary>
    NamedNobody,

    /// <summary>No answer, or nonsense.</summary>
    Failed,

    /// <summary>It answered with a failure reason.</summary>
    Refused,
}

/// <summary>A tracker's place in the schedule. Changed by <see cref="AnnounceSchedule"/> and, the second half, by <see cref="Announcer"/>; one task.</summary>
internal sealed class TrackerSlot
{
    public TrackerSlot(ITracker tracker) => Tracker = tracker;

    /// <summary>The tracker itself.</summary>
    public ITracker Tracker { get; }

    /// <summary>How the last announce went.</summary>
    public TrackerOutcome Outcome { get; set; }

    /// <summary>Whether an announce is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>When that was begun.</summary>
    public TimeSpan BegunAt { get; set; }

    /// <summary>Whether it asked never to be asked again (BEP 31).</summary>
    public bool IsDropped { get; set; }

    /// <summary>Failures since the last answer.</summary>
    public int Failures { get; set; }

    /// <summary>No announce before this: end of <c>min interval</c> or of the back-off.</summary>
    public TimeSpan EarliestAt { get; set; }

    /// <summary>When the next regular announce is due.</summary>
    public TimeSpan DueAt { get; set; }

    /// <summary>Whether <c>started</c> has been answered, so that <c>stopped</c> is owed at the end.</summary>
    public bool HeardStarted { get; set; }

    /// <summary>Whether the last announce it answered said that something was missing still.</summary>
    public bool HeardIncomplete { get; set; }

    /// <summary>Whether it has answered <c>completed</c>.</summary>
    public bool HeardCompleted { get; set; }

    /// <summary>Whether <c>completed</c> is to be sent to it.</summary>
    public bool IsOwedCompleted { get; set; }

    /// <summary>Whether it has answered an announce of a partial seed (BEP 21).</summary>
    public bool HeardPaused { get; set; }

    /// <summary>Whether it is to hear that we have become a partial seed.</summary>
    public bool IsOwedPaused { get; set; }

    /// <summary>Whether it is to hear something at once.</summary>
    public bool IsOwed => IsOwedCompleted || IsOwedPaused;

    /// <summary>Its <c>tracker id</c>, or empty.</summary>
    public ReadOnlyMemory<byte> TrackerId { get; set; }

    /// <summary>What its next announce reports.</summary>
    public AnnounceEvent NextEvent =>
        !HeardStarted ? AnnounceEvent.Started : IsOwedCompleted ? AnnounceEvent.Completed : AnnounceEvent.None;

    /// <summary>Whether the last announce was answered with anything but a failure.</summary>
    public bool IsAnswering => Outcome is TrackerOutcome.NamedPeers or TrackerOutcome.NamedNobody;
}
