namespace Pieces.Trackers;

/// <summary>Event of an announce; the values are those of UDP trackers (BEP 15).</summary>
internal enum AnnounceEvent
{
    /// <summary>A regular announce.</summary>
    None = 0,

    /// <summary>The download has just completed.</summary>
    Completed = 1,

    /// <summary>The first announce of a run.</summary>
    Started = 2,

    /// <summary>The last announce of a run.</summary>
    Stopped = 3,
}
