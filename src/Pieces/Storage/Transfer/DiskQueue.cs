using Pieces.Platform;

namespace Pieces.Storage.Transfer;

/// <summary>Work that blocks on the disk or burns the processor; run by a <see cref="DiskQueue"/>.</summary>
internal abstract class DiskJob
{
    /// <summary>Does the work; what the disk refuses it reports itself.</summary>
    internal abstract void Run();

    /// <summary>Told when <see cref="Run"/> failed by a bug, or is not to be called, so that whoever waits for the job does not wait for ever.</summary>
    internal abstract void Abandon(Exception reason);
}

/// <summary>
/// Runs disk jobs of all torrents of a client, in no promised order, on threads of its own and apart for each device: a disk that hangs holds up its own
/// torrents alone, and nothing else waits for it. The queue itself has no bound: callers reserve memory before they write and cap what they read, so it
/// cannot fill. Safe for all threads.
/// </summary>
internal sealed class DiskQueue : IAsyncDisposable
{
    /// <summary>A torrent whose job has not returned for so long is reported and left alone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, DeviceWorkers> _devices = [];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _isLooking;

    /// <summary>Makes it; no thread is started before the first job.</summary>
    /// <param name="time">Tells which jobs hang; default the system's.</param>
    public DiskQueue(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _timer = _time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a job runs or waits, but for those that hang.</summary>
    public bool IsBusy => All().Any(device => device.IsBusy);

    /// <summary>Whether a job hangs, so that the memory it works with must not be given back.</summary>
    public bool IsHanging => All().Any(device => device.IsHanging);

    /// <summary>The way to the workers of a folder's device for one torrent.</summary>
    /// <param name="files">Says which device it is.</param>
    /// <param name="folder">Where the torrent's data lies.</param>
    /// <param name="hangs">Told once, when a job of the torrent has not returned for <see cref="Patience"/>; nothing more is run for it.</param>
    public DiskLane Open(IFileSystem files, string folder, Action hangs)
    {
        ulong device = DeviceOf(files, folder);
        lock (_gate)
        {
            if (!_devices.TryGetValue(device, out DeviceWorkers? workers))
                _devices.Add(device, workers = new DeviceWorkers(_time, BeginLooking));
            return new DiskLane(workers, hangs);
        }
    }

    /// <summary>Takes no more jobs, and ends when all that were queued are done but for those that hang.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(All().Select(device => device.CloseAsync())).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private static ulong DeviceOf(IFileSystem files, string folder)
    {
        try
        {
            using DirectoryHandle directory = files.OpenDirectory(folder);
            return directory.Stat("").Identity.Device;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be looked at shares the workers of what has no number.
            return 0;
        }
    }

    private DeviceWorkers[] All()
    {
        lock (_gate)
            return [.. _devices.Values];
    }

    // The timer runs only while jobs do, so that a quiet client is not woken.
    private void BeginLooking()
    {
        lock (_gate)
        {
            if (_isLooking)
                return;
            _isLooking = true;
            _timer.Change(LookEvery, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        // Before the look: a job that begins meanwhile begins the next one.
        lock (_gate)
            _isLooking = false;
        bool isBusy = false;
        foreach (DeviceWorkers device in All())
            isBusy |= device.LeaveHanging(Patience);
        if (isBusy)
            BeginLooking();
    }
}
