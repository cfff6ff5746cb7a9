using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>
/// The threads that run the disk jobs of one device. Torrents take turns, and each torrent may always run one job, whatever the other torrents do. A
/// job that hangs keeps its thread, and a new thread replaces that thread. Safe for all threads.
/// </summary>
internal sealed class DeviceWorkers
{
    // An idle thread ends after this time; the next job starts a new one.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private static readonly int Usual = Math.Clamp(Environment.ProcessorCount, 2, 8);

    // Maximum number of threads per device. It leaves room for threads that start for torrents without a running job when `Usual` threads are busy.
    private static readonly int Most = 2 * Usual;

    // Torrents whose job may start: any torrent while fewer than `Usual` jobs run, otherwise only torrents that have no running job.
    private static readonly Func<DiskLane, bool> Anyone = static _ => true;
    private static readonly Func<DiskLane, bool> WhoHasNone = static lane => lane.Running == 0;

    private readonly object _gate = new();
    private readonly FairQueue<DiskLane, DiskJob> _waiting = new();
    private readonly List<RunningJob> _running = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Action _begins;
    private int _threads;
    private int _idle;
    private bool _isClosed;

    /// <summary>Creates the workers; the first job starts the first thread.</summary>
    /// <param name="time">Measures how long a job has been running.</param>
    /// <param name="begins">Called when a job is queued; must be quick.</param>
    public DeviceWorkers(TimeProvider time, Action begins)
    {
        _time = time;
        _begins = begins;
    }

    /// <summary>Whether a job is running or waiting, other than jobs that hang.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
                return HasWork;
        }
    }

    /// <summary>Whether a job hangs.</summary>
    public bool IsHanging
    {
        get
        {
            lock (_gate)
                return _running.Exists(job => job.IsLeft);
        }
    }

    // Call with the lock held.
    private bool HasWork => Running > 0 || _waiting.Count > 0;

    // The number of running jobs, without those that hang. Call with the lock held.
    private int Running
    {
        get
        {
            int count = 0;
            foreach (RunningJob job in _running)
                count += job.IsLeft ? 0 : 1;
            return count;
        }
    }

    /// <summary>Queues a job of a torrent. The job is abandoned if a job of that torrent has hung before.</summary>
    /// <exception cref="ObjectDisposedException">The workers are closed.</exception>
    public void Enqueue(DiskLane lane, DiskJob job)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!lane.IsLeft)
            {
                Wake(lane, isOnly: _waiting.Add(lane, job));
                job = null!;
            }
        }

        if (job is null)
            _begins();
        else
            job.Abandon(Hanging());
    }

    /// <summary>
    /// Gives up torrents with a job that has been running for longer than <paramref name="patience"/>: their waiting jobs are abandoned.
    /// </summary>
    /// <returns>Whether any job is running or waiting, other than jobs that hang.</returns>
    public bool LeaveHanging(TimeSpan patience)
    {
        var left = new List<(DiskLane Lane, IReadOnlyList<DiskJob> Jobs)>();
        bool isBusy;
        lock (_gate)
        {
            foreach (RunningJob job in _running.Where(job => !job.IsLeft && _time.GetElapsedTime(job.Since) >= patience))
            {
                job.IsLeft = true;
                _threads--;
                if (!job.Lane.IsLeft)
                    left.Add((job.Lane, _waiting.RemoveAll(job.Lane)));
                job.Lane.IsLeft = true;
            }

            for (int i = Math.Min(_waiting.Count, left.Count); i > 0; i--)
                StartThread();
            Monitor.PulseAll(_gate);
            isBusy = HasWork;
            NoteDrained();
        }

        foreach ((DiskLane lane, IReadOnlyList<DiskJob> jobs) in left)
        {
            lane.Report();
            foreach (DiskJob job in jobs)
                job.Abandon(Hanging());
        }

        return isBusy;
    }

    /// <summary>Accepts no more jobs; completes when all jobs are done except those that hang.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            NoteDrained();
            Monitor.PulseAll(_gate);
            return _drained.Task;
        }
    }

    private static IOException Hanging() => new("the disk does not respond");

    private void Wake(DiskLane lane, bool isOnly)
    {
        // A job that may not start yet is taken by the next thread that finishes its job.
        int running = Running;
        if (lane.Running > 0 && running >= Usual)
            return;
        if (_idle > 0)
            Monitor.Pulse(_gate);

        // All other threads are idle, or have just been started and have not taken a job yet.
        int ready = _threads - running;
        if (_waiting.Count > ready && (_threads < Usual || (lane.Running == 0 && isOnly)))
            StartThread();
    }

    private void StartThread()
    {
        if (_threads >= Most)
            return;
        _threads++;
        new Thread(Work) { IsBackground = true, Name = "disk" }.Start();
    }

    private void Work()
    {
        while (Take() is { } job)
        {
            RunOne(job.Job);
            if (!Finish(job))
                return;
        }
    }

    // Null when there was nothing to do for `IdleTime`, or when the workers are closed.
    private RunningJob? Take()
    {
        lock (_gate)
        {
            bool isLate = false;
            while (true)
            {
                if (_waiting.TryTake(Running < Usual ? Anyone : WhoHasNone, out DiskLane? owner, out DiskJob? job))
                {
                    var running = new RunningJob(owner, job, _time.GetTimestamp());
                    owner.Running++;
                    _running.Add(running);
                    return running;
                }

                // Check the queue once more before ending: a job may have been queued after the wait timed out.
                if (isLate || _isClosed)
                {
                    _threads--;
                    return null;
                }

                _idle++;
                isLate = !Monitor.Wait(_gate, IdleTime);
                _idle--;
            }
        }
    }

    // False when another thread has replaced this one.
    private bool Finish(RunningJob job)
    {
        lock (_gate)
        {
            _running.Remove(job);
            job.Lane.Running--;
            NoteDrained();

            // This thread now takes one of the jobs that could not start before. Its torrent may be able to start another job, which an idle thread
            // takes.
            if (_idle > 0 && _waiting.Count > 0)
                Monitor.Pulse(_gate);
            return !job.IsLeft;
        }
    }

    private void NoteDrained()
    {
        if (_isClosed && !HasWork)
            _drained.TrySetResult();
    }

    private static void RunOne(DiskJob job)
    {
        try
        {
            job.Run();
        }
#pragma warning disable CA1031 // Nothing is hidden: the torrent that queued the job fails, and the workers continue for the others.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            job.Abandon(bug);
        }
    }

    private sealed class RunningJob
    {
        public RunningJob(DiskLane lane, DiskJob job, long since)
        {
            Lane = lane;
            Job = job;
            Since = since;
        }

        public DiskLane Lane { get; }

        public DiskJob Job { get; }

        public long Since { get; }

        /// <summary>Whether the job hangs, so that its thread is no longer counted.</summary>
        public bool IsLeft { get; set; }
    }
}
