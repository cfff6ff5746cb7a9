using Pieces.Cli.Failures;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The last phase of a run, from the decision to end. It is short: after <see cref="Courtesy"/> nothing that hangs is waited for any more, and the run goes on
/// to its last lines without it; after <see cref="Patience"/> the process is ended where it is, with the exit code that was known last. The clock has a thread
/// of its own, since the thread pool may be what hangs. Safe for all threads.
/// </summary>
internal sealed class LastPhase : IDisposable
{
    /// <summary>Time from the decision to the end of the process; what is said last needs up to <see cref="LastWords.Limit"/> beyond it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    /// <summary>Time from the decision until what hangs is left behind.</summary>
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

    /// <param name="timers">Makes the clock.</param>
    /// <param name="end">Ends the process with a code; told which part was waited for.</param>
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

    /// <summary>Ends when the run has to go on without what it waits for. It is another task after <see cref="Suspend"/>.</summary>
    public Task GaveUp
    {
        get
        {
            lock (_lock)
                return _gaveUp.Task;
        }
    }

    /// <summary>Which part of the end is waited for.</summary>
    public string Part
    {
        get
        {
            lock (_lock)
                return _part;
        }
    }

    /// <summary>The run is to end, or has come to another part of its end: the time runs from the first call.</summary>
    /// <param name="part">What is waited for.</param>
    /// <param name="code">What the process is to end with, as far as it is known.</param>
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

    /// <summary>As <see cref="Begin"/>, and nothing suspends it any more.</summary>
    /// <param name="part">What is waited for.</param>
    /// <param name="code">What the process is to end with, as far as it is known.</param>
    /// <param name="patience">Time until the process is ended where it is.</param>
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

    /// <summary>The exit code is known, and the end goes on with its last part. No clock is started for that: the part has a limit of its own.</summary>
    public void Conclude(string part, ExitCode code)
    {
        lock (_lock)
        {
            _part = part;
            _code = code;
        }
    }

    /// <summary>What is waited for now may take as long as it likes: a hook of the user, or the reader of stdout.</summary>
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

    /// <summary>Waits for a part of the end, unless it hangs.</summary>
    /// <param name="part">What it is.</param>
    /// <param name="code">What the process is to end with, as far as it is known.</param>
    /// <param name="task">Ends with it.</param>
    /// <returns>False when it was left behind.</returns>
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
