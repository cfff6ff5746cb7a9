namespace Pieces.Storage.Transfer;

/// <summary>One torrent's way to the workers of its device; torrents take turns. Safe for all threads.</summary>
internal sealed class DiskLane
{
    private readonly Action _hangs;

    /// <summary>Made by <see cref="DiskQueue.Open"/>.</summary>
    public DiskLane(DeviceWorkers workers, Action hangs)
    {
        Workers = workers;
        _hangs = hangs;
    }

    /// <summary>Whether a job has hung; stays so. Written by the workers under their lock.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Jobs that run at this moment. Written by the workers under their lock.</summary>
    public int Running { get; set; }

    /// <summary>Where its jobs are queued.</summary>
    public DeviceWorkers Workers { get; }

    /// <summary>Says that a job hangs.</summary>
    public void Report() => _hangs();
}
