using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Transfer;

/// <summary>Work that blocks on the disk or uses much processor time; run by a <see cref="DiskQueue"/>.</summary>
internal abstract class DiskJob
{
    /// <summary>Does the work. It reports disk errors itself.</summary>
    internal abstract void Run();

    /// <summary>
    /// Called when <see cref="Run"/> failed because of a bug, or will not be called, so that a caller that waits for the job does not wait forever.
    /// </summary>
    internal abstract void Abandon(Exception reason);
}

/// <summary>
/// Runs the disk jobs of all torrents of a client on its own threads, in no particular order. Each device has separate threads, so a disk that hangs
/// delays only the torrents on it. The queue has no limit of its own: callers reserve memory before they write and limit their reads, so it stays
/// short. Safe for all threads.
/// </summary>
internal sealed class DiskQueue : IAsyncDisposable
{
    /// <summary>A torrent fails when one of its jobs has been running for this long.</summary>
    public static readonly TimeSpan Patience = FileFlusher.HangTime;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, DeviceWorkers> _devices = [];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _isLooking;

    /// <summary>Creates the queue; the first job starts the first thread.</summary>
    /// <param name="time">Measures how long jobs run; default: the system's clock.</param>
    public DiskQueue(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _timer = _time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a job is running or waiting, other than jobs that hang.</summary>
    public bool IsBusy => All().Any(device => device.IsBusy);

    /// <summary>Whether a job hangs. Its memory is then still in use and must not be freed.</summary>
    public bool IsHanging => All().Any(device => device.IsHanging);

    /// <summary>Opens a lane to the workers of a folder's device for one torrent.</summary>
    /// <param name="files">Determines the device of the folder.</param>
    /// <param name="folder">Folder of the torrent's data.</param>
    /// <param name="hangs">
    /// Called once, when a job of the torrent has been running for <see cref="Patience"/>; no more jobs of the torrent are run.
    /// </param>
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

    /// <summary>Accepts no more jobs; completes when all queued jobs are done except those that hang.</summary>
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
            // Folders that cannot be examined share the workers of device 0, which also stands for "no device number".
            return 0;
        }
    }

    private DeviceWorkers[] All()
    {
        lock (_gate)
            return [.. _devices.Values];
    }

    // The timer runs only while there are jobs, so that an idle client causes no wake-ups.
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
        // Reset before the check, so that a job queued during the check restarts the timer.
        lock (_gate)
            _isLooking = false;
        bool isBusy = false;
        foreach (DeviceWorkers device in All())
            isBusy |= device.LeaveHanging(Patience);
        if (isBusy)
            BeginLooking();
    }
}
