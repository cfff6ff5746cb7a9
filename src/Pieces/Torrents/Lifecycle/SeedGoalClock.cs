namespace Pieces.Torrents.Lifecycle;

/// <summary>Says when seeding has done what it was asked to do. Pure.</summary>
internal sealed class SeedGoalClock
{
    private readonly SeedGoals _goals;
    private readonly long _size;

    /// <summary>Starts at completion.</summary>
    /// <param name="goals">What to reach.</param>
    /// <param name="size">Wanted bytes of the torrent, for the ratio.</param>
    public SeedGoalClock(SeedGoals goals, long size)
    {
        _goals = goals;
        _size = size;
    }

    /// <summary>Why seeding is over, or null while it goes on.</summary>
    /// <param name="uploaded">Payload bytes sent in this run.</param>
    /// <param name="sinceCompletion">Time since everything wanted was here.</param>
    /// <param name="sinceLastBlock">Time since a block was sent, or since completion.</param>
    public string? Reached(long uploaded, TimeSpan sinceCompletion, TimeSpan sinceLastBlock)
    {
        if (_goals.Ratio is { } ratio && uploaded >= ratio * _size)
            return $"ratio {ratio:0.##} reached";
        if (_goals.Time is { } time && sinceCompletion >= time)
            return $"seeded for {time}";
        if (_goals.Idle is { } idle && sinceLastBlock >= idle)
            return $"nothing asked for {idle}";
        return null;
    }
}
