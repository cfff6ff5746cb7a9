using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Torrents.Downloading;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides when a torrent has reached its goal, and reports its finished files. Owned by the torrent's loop.</summary>
internal sealed class SeedingGoal
{
    private readonly TorrentPlan _plan;
    private readonly PieceManager _pieces;
    private readonly TransferStats _stats;
    private readonly SeedGoalClock? _clock;
    private readonly CompletionState _completion;

    /// <summary>Creates an instance at the start of a transfer.</summary>
    public SeedingGoal(TorrentPlan plan, PieceManager pieces, TransferStats stats, CompletionState completion)
    {
        _plan = plan;
        _pieces = pieces;
        _stats = stats;
        _completion = completion;
        _clock = plan.Options.Seed is { } goals ? new SeedGoalClock(goals, stats.BytesWanted) : null;
    }

    /// <summary>Whether the torrent must end: it is complete, and a seeding goal is reached or it does not seed.</summary>
    public bool IsReached => _completion.IsComplete && (_clock is null || WhySeedingEnds is not null);

    /// <summary>The seeding goal that was reached, as text for the user; null while none is reached, or if the torrent does not seed.</summary>
    public string? WhySeedingEnds
    {
        get
        {
            if (_clock is null || _completion.CompletedAt is not { } at)
                return null;
            TimeSpan sinceCompletion = _plan.Services.TimeProvider.GetElapsedTime(at);
            TimeSpan idle = _stats.SinceUpload < sinceCompletion ? _stats.SinceUpload : sinceCompletion;
            return _clock.Reached(_stats.Uploaded, sinceCompletion, idle);
        }
    }

    /// <summary>The counters that are sent to trackers.</summary>
    public AnnounceCounters Counters => new(_stats.Uploaded, _pieces.Received.Total, Left) { IsPartialSeed = _completion.IsComplete && Left > 0 };

    /// <summary>
    /// Bytes of the whole torrent that we do not have, wanted or not. If only a part was selected or is served, trackers must not count us among the
    /// peers that have everything: other peers need to find the rest elsewhere.
    /// </summary>
    public long Left => _plan.Metainfo.TotalLength - _plan.Metainfo.Layout.BytesOf(_pieces.Have);

    /// <summary>
    /// Reports the files that were already complete. When seeding only, nothing is reported, since the files were the user's own before.
    /// </summary>
    public void TellFinished(StorageOpenResult opening)
    {
        if (_plan.Options.SeedOnly)
            return;
        foreach (FileEntry file in _plan.WantedFiles())
        {
            if (!opening.FinishedFiles[file.Index])
                continue;
            FileEntry stored = opening.Files.IsEmpty ? file : opening.Files[file.Index];
            _plan.Reporter.WasComplete(file.Index, StoragePaths.FinalPath(_plan.Options.OutputDirectory, stored), file.Length);
        }
    }

    /// <summary>A file has received its final name.</summary>
    public void OnFile(FileFinished file)
    {
        _completion.OnFile();
        _plan.Reporter.Finished(file.FileIndex, file.Path, _plan.Metainfo.Files[file.FileIndex].Length);
    }
}
