using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Pieces.Tests.Support;

/// <summary>Fake time that records which timers have been started, so that a test can wait for a timer before it advances the clock.</summary>
internal sealed class WatchedTime : FakeTimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, int> _started = new();

    /// <summary>Number of timers with a given duration that have been started so far.</summary>
    public int TimersOf(TimeSpan length) => _started.GetValueOrDefault(length);

    /// <summary>Whether a timer whose duration lies within bounds has been started.</summary>
    public bool HasTimerBetween(TimeSpan least, TimeSpan most) => _started.Keys.Any(length => length >= least && length <= most);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _started.AddOrUpdate(dueTime, 1, static (_, count) => count + 1);
        return timer;
    }
}
