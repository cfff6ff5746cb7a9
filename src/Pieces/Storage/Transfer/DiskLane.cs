namespace Pieces.Storage.Transfer;

/// <summary>One torrent's access to the workers of its device; torrents take turns. Safe for all threads.</summary>
internal sealed class DiskLane
{
    private readonly Action _hangs;

    /// <summary>Use <see cref="DiskQueue.Open"/>.</summary>
    public DiskLane(DeviceWorkers workers, Action hangs)
    {
        Workers = workers;
        _hangs = hangs;
    }

    /// <summary>Whether a job of the torrent has hung; never reset. Written by the workers under their lock.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Number of jobs running now. Written by the workers under their lock.</summary>
    public int Running { get; set; }

    /// <summary>The workers that run the torrent's jobs.</summary>
    public DeviceWorkers Workers { get; }

    /// <summary>Reports that a job hangs.</summary>
    public void Report() => _hangs();
}
