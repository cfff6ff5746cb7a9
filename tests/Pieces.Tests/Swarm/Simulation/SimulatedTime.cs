namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// Time that advances from one scheduled event to the next. Timers and the network share one queue, so that a hundred thousand timers cost no more
/// than a few. One thread at a time.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    // The date is arbitrary, but must always be the same.
    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly EventQueue _events = new();

    /// <summary>Time since the start, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <summary>Time since the start, in seconds.</summary>
    public double Seconds => (double)Now / TimeSpan.TicksPerSecond;

    /// <summary>Number of events handled so far.</summary>
    public long Happened { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Converts seconds to ticks.</summary>
    public static long TicksOf(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Schedules an event. If its time has passed, it is due at once.</summary>
    public void At(long time, ISimulatedEvent target, long argument = 0) => _events.Add(Math.Max(time, Now), target, argument);

    /// <summary>Schedules an action. Meant for rare events, because it allocates an object.</summary>
    public void At(long time, Action action) => At(time, new ActionEvent(action));

    /// <summary>Advances to the time of the next event and handles all events of that time. Returns false if no event is scheduled.</summary>
    public bool Step()
    {
        long next = _events.NextTime;
        if (next == long.MaxValue)
            return false;
        Now = next;
        do
        {
            _events.Take();
            Happened++;
        }
        while (_events.NextTime == next);
        return true;
    }

    private sealed class ActionEvent(Action action) : ISimulatedEvent
    {
        public void Happen(long argument) => action();
    }

    /// <summary>A timer. Its entries in the queue have an effect only if they belong to its last change.</summary>
    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer, ISimulatedEvent
    {
        private long _change;
        private long _period;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
                return false;
            _change++;
            _period = Math.Max(0, period.Ticks);
            if (dueTime >= TimeSpan.Zero)
                time.At(time.Now + dueTime.Ticks, this, _change);
            return true;
        }

        public void Happen(long argument)
        {
            if (argument != _change)
                return;
            if (_period > 0)
                time.At(time.Now + _period, this, _change);
            callback(state);
        }

        public void Dispose()
        {
            _isDisposed = true;
            _change++;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
