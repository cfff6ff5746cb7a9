using Pieces.Platform;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Measures how long the machine was suspended since this object was created. The clock of timers stands still during suspension, and the wall clock
/// may be changed at any time. The uptime of Linux includes time in suspension.
/// </summary>
internal sealed class SleepMeter
{
    // Shorter differences are ignored. The resolution of the uptime is a hundredth of a second.
    private static readonly TimeSpan Coarseness = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _timeProvider;
    private readonly Func<TimeSpan?> _uptime;
    private readonly TimeSpan? _uptimeAtStart;
    private readonly long _startedAt;

    public SleepMeter(TimeProvider timeProvider, Func<TimeSpan?>? uptime = null)
    {
        _timeProvider = timeProvider;
        _uptime = uptime ?? (static () => CurrentPlatform.Facts.Uptime);
        _uptimeAtStart = _uptime();
        _startedAt = timeProvider.GetTimestamp();
    }

    /// <summary>The time in suspension; zero if the system does not report it.</summary>
    public TimeSpan Slept
    {
        get
        {
            if (_uptimeAtStart is not { } before || _uptime() is not { } now)
                return TimeSpan.Zero;
            TimeSpan slept = now - before - _timeProvider.GetElapsedTime(_startedAt);
            return slept > Coarseness ? slept : TimeSpan.Zero;
        }
    }
}
