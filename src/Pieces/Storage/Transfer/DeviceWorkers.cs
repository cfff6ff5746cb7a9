using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>
/// The threads that run the jobs of one device. Torrents take turns, and each may have one job under way whatever the others do; a job that hangs keeps
/// its thread, and another one takes that thread's place. Safe for all threads.
/// </summary>
internal sealed class DeviceWorkers
{
    // A thread that has nothing to do ends after a while; the next job starts another.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private static readonly int Usual = Math.Clamp(Environment.ProcessorCount, 2, 8);

    // With those that are there for torrents that would have none.
    private static readonly int Most = 2 * Usual;

    // Who may have a job begun: each torrent while few jobs run, and only one that has none under way when there are as many as usual.
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

    /// <summary>Makes them; no thread is started before the first job.</summary>
    /// <param name="time">Tells how long a job has been running.</param>
    /// <param name="begins">Told when a job is queued; must be quick.</param>
    public DeviceWorkers(TimeProvider time, Action begins)
    {
        _time = time;
        _begins = begins;
    }

    /// <summary>Whether a job runs or waits, but for those that hang.</summary>
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

    // Asked with the gate held.
    private bool HasWork => Running > 0 || _waiting.Count > 0;

    // But for those that hang. Asked with the gate held.
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

    /// <summary>Queues a job of a torrent; one of a torrent that was left alone is abandoned.</summary>
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

    /// <summary>Leaves torrents alone whose jobs have not returned for so long.</summary>
    /// <returns>Whether any job runs or waits.</returns>
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

    /// <summary>Takes no more jobs; ends when all are done but for those that hang.</summary>
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
        // A job that may not begin yet is taken by the thread whose job ends next.
        int running = Running;
        if (lane.Running > 0 && running >= Usual)
            return;
        if (_idle > 0)
            Monitor.Pulse(_gate);

        // The others are idle, or were started and have yet to take a job.
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

    // Null when there was nothing to do for a while, or never will be.
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

                // A job may have come between the end of the wait and this look, so it ends only now.
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

    // False when another thread has taken this one's place.
    private bool Finish(RunningJob job)
    {
        lock (_gate)
        {
            _running.Remove(job);
            job.Lane.Running--;
            NoteDrained();

            // This thread takes one of those that had no turn until now. Its torrent may have a turn as well, which is for an idle thread.
            if (_idle > 0 && _waiting.Count > 0)
                Monitor.Pulse(_gate);
            return !job.IsLeft;
        }
    }

    private void NoteDrained()
    {
        if (_isClosed && _waiting.Count == 0 && _running.TrueForAll(job => job.IsLeft))
            _drained.TrySetResult();
    }

    private static void RunOne(DiskJob job)
    {
        try
        {
            job.Run();
        }
#pragma warning disable CA1031 // Nothing is hidden: the bug goes to the torrent whose job it was, and the workers live on for the others.
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

        /// <summary>Whether it hangs, so that its thread does not count any more.</summary>
        public bool IsLeft { get; set; }
    }
}
