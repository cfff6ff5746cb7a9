namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides when a seeding goal is reached. Pure.</summary>
internal sealed class SeedGoalClock
{
    private readonly SeedGoals _goals;
    private readonly long _size;

    /// <summary>Creates an instance.</summary>
    /// <param name="goals">The seeding goals.</param>
    /// <param name="size">Wanted bytes of the torrent, used for the ratio.</param>
    public SeedGoalClock(SeedGoals goals, long size)
    {
        _goals = goals;
        _size = size;
    }

    /// <summary>Returns the seeding goal that was reached, as text for the user, or null while none is reached.</summary>
    /// <param name="uploaded">Payload bytes sent in this run.</param>
    /// <param name="sinceCompletion">Time since completion.</param>
    /// <param name="sinceLastBlock">Time since the last block was sent, or since completion if that is later.</param>
    public string? Reached(long uploaded, TimeSpan sinceCompletion, TimeSpan sinceLastBlock)
    {
        if (_goals.Ratio is { } ratio && uploaded >= ratio * _size)
            return $"ratio {ratio:0.##} reached";
        if (_goals.Time is { } time && sinceCompletion >= time)
            return $"seeded for {time}";
        if (_goals.Idle is { } idle && sinceLastBlock >= idle)
            return $"nothing uploaded for {idle}";
        return null;
    }
}
