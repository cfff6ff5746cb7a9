using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Torrents.Downloading;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>Knows when a torrent is complete and when it has done all that it was to do. Owned by the torrent's loop.</summary>
internal sealed class TorrentGoal
{
    private readonly TorrentSetup _setup;
    private readonly PieceManager _pieces;
    private readonly TransferStats _stats;
    private readonly SeedGoalClock? _clock;
    private int _unfinishedFiles;
    private bool _isDelivered;
    private long? _completedAt;

    public TorrentGoal(TorrentSetup setup, TorrentParts parts, Bitfield finishedFiles)
    {
        _setup = setup;
        _pieces = parts.Pieces;
        _stats = parts.Stats;
        _clock = setup.Options.Seed is { } goals ? new SeedGoalClock(goals, parts.Stats.BytesWanted) : null;
        _isDelivered = setup.Options.Stream is null;
        foreach (FileEntry file in setup.WantedFiles())
        {
            if (!finishedFiles[file.Index])
                _unfinishedFiles++;
        }
    }

    /// <summary>
    /// Whether everything wanted is verified and under its final name, or taken by the target of a stream. Data that is only served needs no
    /// names: what is there is what is wanted.
    /// </summary>
    public bool IsComplete => _setup.Options.SeedOnly || (_pieces.IsComplete && _unfinishedFiles == 0 && _isDelivered);

    /// <summary>Whether nothing had to be fetched.</summary>
    public bool BeganComplete { get; set; }

    /// <summary>Whether the torrent is to end: complete, and seeded as long as it was asked to.</summary>
    public bool IsReached
    {
        get
        {
            if (_completedAt is not { } at)
                return false;
            if (_clock is null)
                return true;
            TimeSpan sinceCompletion = _setup.Services.TimeProvider.GetElapsedTime(at);
            TimeSpan idle = _stats.SinceUpload < sinceCompletion ? _stats.SinceUpload : sinceCompletion;
            if (_clock.Reached(_stats.Uploaded, sinceCompletion, idle) is not { } reason)
                return false;
            _setup.Services.Logger.Information("seeding ends: {Reason:l}", reason);
            return true;
        }
    }

    /// <summary>What trackers are told.</summary>
    public AnnounceCounters Counters => new(_stats.Uploaded, _pieces.Received.Total, Left) { IsPartialSeed = _completedAt is not null && Left > 0 };

    /// <summary>
    /// Bytes of the whole torrent that are not here, wanted or not. What is served or was selected may be a part: trackers are to know that others must
    /// still find the rest elsewhere, and do not count us among those that have everything.
    /// </summary>
    public long Left => _setup.Metainfo.TotalLength - _setup.Metainfo.Layout.BytesOf(_pieces.Have);

    /// <summary>Says which files were complete already. Data that is only served was the user's own all along.</summary>
    public void TellFinished(Bitfield finishedFiles)
    {
        if (_setup.Options.SeedOnly)
            return;
        var paths = new StoragePaths(_setup.Metainfo, _setup.Options.OutputDirectory);
        foreach (FileEntry file in _setup.WantedFiles())
        {
            if (finishedFiles[file.Index])
                _setup.Reporter.WasThere(file.Index, paths.Final(file.Index), file.Length);
        }
    }

    /// <summary>A file has its final name.</summary>
    public void OnFile(FileFinished file)
    {
        _unfinishedFiles--;
        _setup.Reporter.Finished(file.FileIndex, file.Path, _setup.Metainfo.Files[file.FileIndex].Length);
    }

    /// <summary>The target of a stream has taken everything.</summary>
    public void OnDelivered() => _isDelivered = true;

    /// <summary>Everything wanted is here now.</summary>
    public void OnComplete() => _completedAt = _setup.Services.TimeProvider.GetTimestamp();
}
