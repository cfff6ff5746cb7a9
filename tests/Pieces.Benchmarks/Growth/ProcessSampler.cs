namespace Pieces.Benchmarks.Growth;

/// <summary>Looks at a process again and again until it ends, since the system forgets it then.</summary>
internal sealed class ProcessSampler
{
    private readonly PiecesRun _run;
    private readonly TimeSpan _interval;
    private readonly bool _withHandles;
    private readonly Task _task;

    public ProcessSampler(PiecesRun run, TimeSpan interval, bool withHandles)
    {
        _run = run;
        _interval = interval;
        _withHandles = withHandles;
        _task = Task.Factory.StartNew(Sample, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The last look.</summary>
    public ProcessFacts Last { get; private set; }

    /// <summary>The most handles seen.</summary>
    public int MostHandles { get; private set; }

    /// <summary>Ends when the process has ended.</summary>
    public Task Completion => _task;

    private void Sample()
    {
        try
        {
            while (!_run.HasExited)
            {
                ProcessFacts facts = _run.Facts;

                // What is dead and not buried has its times still, but no memory.
                Last = facts.PeakBytes == 0 ? facts with { PeakBytes = Last.PeakBytes } : facts;
                if (_withHandles)
                    MostHandles = Math.Max(MostHandles, ProcessFacts.CountHandles(_run.Id));
                Thread.Sleep(_interval);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has gone between two looks.
        }
    }
}
