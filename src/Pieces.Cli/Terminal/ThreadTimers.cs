namespace Pieces.Cli.Terminal;

/// <summary>
/// The system's time with timers that each have a thread of their own. A timer of the runtime calls back on the thread pool, and what hangs may be just that
/// pool. For the few timers that must fire whatever happens.
/// </summary>
internal sealed class ThreadTimers : TimeProvider
{
    /// <summary>The one instance.</summary>
    public static ThreadTimers Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>It fires once after each <see cref="ITimer.Change"/>; a period is ignored.</remarks>
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
            // The system lets this process have no further thread.
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
