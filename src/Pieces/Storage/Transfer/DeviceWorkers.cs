using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>
/// The threads that run the disk jobs of one device. Torrents take turns, and each torrent may always run one job, whatever the other torrents do. A
/// job that hangs keeps its thread, and a new thread replaces that thread. A job is handed to an idle thread directly, and the thread is woken
/// outside of the lock, which it would need first otherwise. Safe for all threads.
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

    [ThreadStatic]
    private static DeviceWorkers? _ofThisThread;

    private readonly Lock _gate = new();
    private readonly FairQueue<DiskLane, DiskJob> _waiting = new();
    private readonly List<RunningJob> _running = [];
    private readonly List<IdleThread> _idle = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Action _begins;
    private int _threads;
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
        IdleThread? woken = null;
        bool isLeft;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            isLeft = lane.IsLeft;
            if (!isLeft)
                woken = HandOn(lane, isOnly: _waiting.Add(lane, job));
        }

        woken?.Wake();
        if (isLeft)
            job.Abandon(Hanging());
        else
            _begins();
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
            while (TryHandToIdle() is { } idle)
                idle.Wake();
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
            _idle.ForEach(static idle => idle.Wake());
            _idle.Clear();
            return _drained.Task;
        }
    }

    private static IOException Hanging() => new("the disk does not respond");

    // Gives a job that was just queued to a thread. Returns the thread to wake, if an idle one has taken a job.
    private IdleThread? HandOn(DiskLane lane, bool isOnly)
    {
        // A job that may not start yet is taken by the next thread that finishes its job.
        int running = Running;
        if (lane.Running > 0 && running >= Usual)
            return null;

        // A thread of these workers takes a job that it has queued itself.
        if (_ofThisThread == this && _waiting.Count == 1)
            return null;
        if (TryHandToIdle() is { } idle)
            return idle;

        // All other threads have just been started and have not taken a job yet.
        int ready = _threads - running;
        if (_waiting.Count > ready && (_threads < Usual || (lane.Running == 0 && isOnly)))
            StartThread();
        return null;
    }

    // Call with the lock held.
    private IdleThread? TryHandToIdle()
    {
        if (_idle.Count == 0 || TryTake() is not { } job)
            return null;
        IdleThread idle = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        idle.Give(job);
        return idle;
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
        _ofThisThread = this;
        using var self = new IdleThread();
        RunningJob? job = null;
        while (Next(self, job) is { } next)
        {
            job = next;
            RunOne(job.Job);
        }
    }

    // Finishes a job and takes the next one; waits for it if necessary. Null when the thread has to end: another one has replaced it, there was
    // nothing to do for `IdleTime`, or the workers are closed.
    private RunningJob? Next(IdleThread self, RunningJob? finished)
    {
        IdleThread? woken;
        RunningJob? next;
        lock (_gate)
        {
            if (finished is not null)
            {
                _running.Remove(finished);
                finished.Lane.Running--;
                NoteDrained();
                if (finished.IsLeft)
                {
                    if (_waiting.Count > _threads - Running)
                        StartThread();
                    return null;
                }
            }

            next = TryTake();
            if (next is null && _isClosed)
            {
                _threads--;
                return null;
            }

            // The torrent of the finished job may be able to start another job, which an idle thread takes.
            woken = TryHandToIdle();
            if (next is null)
                _idle.Add(self);
        }

        woken?.Wake();
        return next ?? Wait(self);
    }

    private RunningJob? Wait(IdleThread self)
    {
        if (self.Wait(IdleTime) is { } job)
            return job;
        lock (_gate)
        {
            // A job may have been handed on after the wait timed out.
            if (self.TakeJob() is { } late)
                return late;
            _idle.Remove(self);
            _threads--;
            return null;
        }
    }

    // Takes a job that may start now. Call with the lock held.
    private RunningJob? TryTake()
    {
        if (!_waiting.TryTake(Running < Usual ? Anyone : WhoHasNone, out DiskLane? owner, out DiskJob? job))
            return null;
        var running = new RunningJob(owner, job, _time.GetTimestamp());
        owner.Running++;
        _running.Add(running);
        return running;
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

    // A thread that waits for a job. The job is given under the lock of the workers.
    private sealed class IdleThread : IDisposable
    {
        // Iterations of waiting that keep the processor before the thread sleeps.
        private const int Spins = 10;

        private readonly ManualResetEventSlim _signal = new(false, Spins);
        private RunningJob? _job;

        public void Give(RunningJob job) => Volatile.Write(ref _job, job);

        public void Wake() => _signal.Set();

        // Null when the thread was not woken in this time, or was woken because the workers are closed.
        public RunningJob? Wait(TimeSpan time) => _signal.Wait(time) ? TakeJob() : null;

        // The signal is reset first: a job that is given meanwhile is either taken here or announced by a new signal. A thread that took its job
        // before it was woken is woken once more, without a job.
        public RunningJob? TakeJob()
        {
            _signal.Reset();
            return Interlocked.Exchange(ref _job, null);
        }

        public void Dispose() => _signal.Dispose();
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
