using Pieces.Platform;

namespace Pieces.Cli.Transfers;

/// <summary>
/// How long the machine has slept since the meter was made. The clock that timers go by stands still meanwhile, and the one on the wall may be set at any
/// moment; Linux counts both kinds of time in its up-time.
/// </summary>
internal sealed class SleepMeter
{
    // The up-time has hundredths of a second.
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

    /// <summary>The time slept; zero where the system does not tell.</summary>
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
