using Pieces.Cli.Failures;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The last phase of a run, from the decision to end it. After <see cref="Courtesy"/> the run no longer waits for operations that hang, and continues
/// without them to its final messages. After <see cref="Patience"/> the process is ended immediately with the last known exit code. The timer has a
/// thread of its own, because the thread pool may be what hangs. Thread-safe.
/// </summary>
internal sealed class LastPhase : IDisposable
{
    /// <summary>Time from the decision to the end of the process. The final messages take up to <see cref="LastWords.Limit"/> longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    /// <summary>Time from the decision until hanging operations are abandoned.</summary>
    public static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly Action<ExitCode, string> _end;
    private readonly TimeProvider _timers;
    private TaskCompletionSource _gaveUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private TimeSpan _rest;
    private Stage _stage;
    private ExitCode _code;
    private string _part = string.Empty;

    /// <param name="timers">Creates the timer.</param>
    /// <param name="end">Ends the process with an exit code. It receives the part that the run waited for.</param>
    public LastPhase(TimeProvider timers, Action<ExitCode, string> end)
    {
        _timers = timers;
        _end = end;
    }

    private enum Stage
    {
        None,
        Begun,
        Final,
    }

    /// <summary>Completes when the run must continue without what it waits for. After <see cref="Suspend"/> it is a different task.</summary>
    public Task GaveUp
    {
        get
        {
            lock (_lock)
                return _gaveUp.Task;
        }
    }

    /// <summary>The part of the shutdown that the run waits for.</summary>
    public string Part
    {
        get
        {
            lock (_lock)
                return _part;
        }
    }

    /// <summary>Notes that the run ends, or that another part of its shutdown begins. The time counts from the first call.</summary>
    /// <param name="part">What the run waits for.</param>
    /// <param name="code">The exit code of the process, as far as it is known.</param>
    public void Begin(string part, ExitCode code)
    {
        lock (_lock)
        {
            _part = part;
            _code = code;
            if (_stage == Stage.None)
                Set(Stage.Begun, Courtesy, Patience - Courtesy);
        }
    }

    /// <summary>Like <see cref="Begin"/>, but the phase can no longer be suspended.</summary>
    /// <param name="part">What the run waits for.</param>
    /// <param name="code">The exit code of the process, as far as it is known.</param>
    /// <param name="patience">Time until the process is ended immediately.</param>
    public void BeginFinal(string part, ExitCode code, TimeSpan patience)
    {
        lock (_lock)
        {
            _part = part;
            _code = code;
            TimeSpan courtesy = patience * (Courtesy / Patience);
            if (_stage == Stage.None || (_stage == Stage.Begun && patience < Patience))
                Set(Stage.Final, courtesy, patience - courtesy);
            _stage = Stage.Final;
        }
    }

    /// <summary>
    /// Notes the final exit code and the last part of the shutdown. No timer is started for this part, because it has a time limit of its own.
    /// </summary>
    public void Conclude(string part, ExitCode code)
    {
        lock (_lock)
        {
            _part = part;
            _code = code;
        }
    }

    /// <summary>
    /// Stops the timer, because the run now waits for something that may take any time: a hook of the user, or the reader of stdout.
    /// </summary>
    public void Suspend()
    {
        lock (_lock)
        {
            if (_stage != Stage.Begun)
                return;
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _stage = Stage.None;
            if (_gaveUp.Task.IsCompleted)
                _gaveUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for a part of the shutdown, unless it hangs.</summary>
    /// <param name="part">Name of the part.</param>
    /// <param name="code">The exit code of the process, as far as it is known.</param>
    /// <param name="task">Completes when the part is done.</param>
    /// <returns>False if the part was abandoned.</returns>
    public async Task<bool> WaitAsync(string part, ExitCode code, Task task)
    {
        if (!task.IsCompleted)
        {
            Begin(part, code);
            await Task.WhenAny(task, GaveUp);
        }

        if (!task.IsCompleted)
            return false;
        await task;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Set(Stage stage, TimeSpan courtesy, TimeSpan rest)
    {
        _stage = stage;
        _rest = rest;
        if (_timer is null)
            _timer = _timers.CreateTimer(_ => Expire(), null, courtesy, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(courtesy, Timeout.InfiniteTimeSpan);
    }

    private void Expire()
    {
        ExitCode code;
        string part;
        lock (_lock)
        {
            if (_stage == Stage.None)
                return;
            (code, part) = (_code, _part);
            if (_gaveUp.TrySetResult())
            {
                _timer!.Change(_rest, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _end(code, part);
    }
}
