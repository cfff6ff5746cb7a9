namespace Pieces.Cli.Terminal;

/// <summary>
/// The system's time provider with timers that each use a thread of their own. Timers of the runtime call back on the thread pool, which may be what
/// hangs. These timers are for the few callbacks that must always run.
/// </summary>
internal sealed class ThreadTimers : TimeProvider
{
    /// <summary>The only instance.</summary>
    public static ThreadTimers Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>The timer fires once after each <see cref="ITimer.Change"/>. A period is ignored.</remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ThreadTimer(callback, state, dueTime);
        try
        {
            new Thread(timer.Run) { IsBackground = true, Name = "last phase" }.Start();
            return timer;
        }
        catch (OutOfMemoryException)
        {
            // The process cannot create another thread.
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class ThreadTimer : ITimer
    {
        private readonly object _monitor = new();
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private long _setAt;
        private TimeSpan _dueTime;
        private bool _isDisposed;

        public ThreadTimer(TimerCallback callback, object? state, TimeSpan dueTime)
        {
            _callback = callback;
            _state = state;
            _dueTime = dueTime;
            _setAt = System.GetTimestamp();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_monitor)
            {
                _dueTime = dueTime;
                _setAt = System.GetTimestamp();
                Monitor.Pulse(_monitor);
                return !_isDisposed;
            }
        }

        public void Dispose()
        {
            lock (_monitor)
            {
                _isDisposed = true;
                Monitor.Pulse(_monitor);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        public void Run()
        {
            while (WaitUntilDue())
                _callback(_state);
        }

        private bool WaitUntilDue()
        {
            lock (_monitor)
            {
                while (!_isDisposed)
                {
                    if (_dueTime == Timeout.InfiniteTimeSpan)
                    {
                        Monitor.Wait(_monitor);
                        continue;
                    }

                    TimeSpan left = _dueTime - System.GetElapsedTime(_setAt);
                    if (left <= TimeSpan.Zero)
                    {
                        _dueTime = Timeout.InfiniteTimeSpan;
                        return true;
                    }

                    Monitor.Wait(_monitor, left);
                }

                return false;
            }
        }
    }
}
