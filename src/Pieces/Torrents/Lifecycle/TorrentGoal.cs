using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Torrents.Downloading;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides when a torrent has done all that it was to do, and reports its files. Owned by the torrent's loop.</summary>
internal sealed class TorrentGoal
{
    private readonly TorrentSetup _setup;
    private readonly PieceManager _pieces;
    private readonly TransferStats _stats;
    private readonly SeedGoalClock? _clock;
    private readonly CompletionState _completion;

    /// <summary>Decides for a transfer that has just begun.</summary>
    public TorrentGoal(TorrentSetup setup, PieceManager pieces, TransferStats stats, CompletionState completion)
    {
        _setup = setup;
        _pieces = pieces;
        _stats = stats;
        _completion = completion;
        _clock = setup.Options.Seed is { } goals ? new SeedGoalClock(goals, stats.BytesWanted) : null;
    }

    /// <summary>Whether the torrent is to end: it is complete, and has seeded as long as it was asked to.</summary>
    public bool IsReached => _completion.IsComplete && (_clock is null || WhySeedingEnds is not null);

    /// <summary>Which goal ends the seeding, for people; null while it goes on, or when the torrent does not seed at all.</summary>
    public string? WhySeedingEnds
    {
        get
        {
            if (_clock is null || _completion.CompletedAt is not { } at)
                return null;
            TimeSpan sinceCompletion = _setup.Services.TimeProvider.GetElapsedTime(at);
            TimeSpan idle = _stats.SinceUpload < sinceCompletion ? _stats.SinceUpload : sinceCompletion;
            return _clock.Reached(_stats.Uploaded, sinceCompletion, idle);
        }
    }

    /// <summary>What trackers are told.</summary>
    public AnnounceCounters Counters => new(_stats.Uploaded, _pieces.Received.Total, Left) { IsPartialSeed = _completion.IsComplete && Left > 0 };

    /// <summary>
    /// Bytes of the whole torrent that are not here, wanted or not. What is served or was selected may be a part: trackers are to know that others
    /// must still find the rest elsewhere, and do not count us among those that have everything.
    /// </summary>
    public long Left => _setup.Metainfo.TotalLength - _setup.Metainfo.Layout.BytesOf(_pieces.Have);

    /// <summary>Says which files were complete already. Data that is only served was the user's own all along.</summary>
    public void TellFinished(StorageOpening opening)
    {
        if (_setup.Options.SeedOnly)
            return;
        foreach (FileEntry file in _setup.WantedFiles())
        {
            if (!opening.FinishedFiles[file.Index])
                continue;
            FileEntry stored = opening.Files.IsEmpty ? file : opening.Files[file.Index];
            _setup.Reporter.WasThere(file.Index, StoragePaths.FinalPath(_setup.Options.OutputDirectory, stored), file.Length);
        }
    }

    /// <summary>A file has its final name.</summary>
    public void OnFile(FileFinished file)
    {
        _completion.OnFile();
        _setup.Reporter.Finished(file.FileIndex, file.Path, _setup.Metainfo.Files[file.FileIndex].Length);
    }
}
