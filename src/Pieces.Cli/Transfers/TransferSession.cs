using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>One torrent of a run, from its start to its result.</summary>
internal sealed class TransferSession : IRunningTransfer
{
    private readonly ITransfer _transfer;
    private readonly GiveUpClock _clock;
    private readonly bool _seedOnly;
    private readonly string _hint;
    private Outcome? _gaveUp;
    private Task? _stopping;
    private Task? _ended;
    private Task? _fetched;

    public TransferSession(TransferItem item, ITransfer transfer, GiveUpClock clock, bool seedOnly, string hint = TransferSettings.Resumes)
    {
        Item = item;
        _transfer = transfer;
        _clock = clock;
        _seedOnly = seedOnly;
        _hint = hint;
    }

    /// <inheritdoc/>
    public TransferItem Item { get; }

    /// <inheritdoc/>
    public TorrentSnapshot Snapshot => _transfer.Snapshot;

    /// <inheritdoc/>
    public TransferStatus Status => new(Item.Subject!, _transfer.Snapshot);

    /// <summary>Completes when nothing more is downloaded: the torrent is complete, has failed or was stopped. It never faults.</summary>
    public Task Fetched => _fetched ??= FetchAsync();

    /// <summary>Completes when the torrent has stopped. It never faults.</summary>
    public Task Ended => _ended ??= EndAsync();

    /// <summary>Whether the torrent is stopping, which takes a few seconds at most.</summary>
    public bool IsEnding =>
        !Ended.IsCompleted
        && (_stopping is not null || _transfer.Snapshot.Phase is TorrentPhase.Stopping or TorrentPhase.Stopped or TorrentPhase.Failed);

    /// <summary>Checks the current state, and stops the torrent if a time limit has expired or if it can find no peers.</summary>
    /// <param name="elapsed">Time since the run began.</param>
    public void Tick(TimeSpan elapsed)
    {
        if (_stopping is not null)
            return;
        TorrentSnapshot now = _transfer.Snapshot;
        _gaveUp = _clock.Check(now, elapsed) ?? WhyHopeless(now);
        if (_gaveUp is not null)
            Stop();
    }

    /// <summary>Adds trackers, because the torrent was given again with them.</summary>
    public void AddTrackers(IReadOnlyList<string> urls) => _transfer.AddTrackers(urls);

    /// <summary>Starts to stop the torrent. <see cref="Ended"/> completes when it has stopped.</summary>
    public void Stop() => _stopping ??= _transfer.StopAsync();

    /// <summary>Returns the result of the torrent. Must be called after <see cref="Ended"/>, or for an interim result.</summary>
    /// <param name="signal">The exit code of the signal that stopped the run, or null.</param>
    public Outcome Verdict(ExitCode? signal)
    {
        if (_gaveUp is { } gaveUp)
            return gaveUp with { Message = $"{Item.Name}: {gaveUp.Message}" };
        Exception? failure = _transfer.Completion.Exception?.InnerException ?? _transfer.Stopped.Exception?.InnerException;
        if (failure is not null)
            return Outcome.Of(failure, Item.Name);
        if (signal is { } early && _seedOnly && IsPart(_transfer.Snapshot))
            return new Outcome(early);
        if (_transfer.Completion.IsCompletedSuccessfully || (_seedOnly && signal is null))
            return Outcome.Success;
        return signal is { } code
            ? new Outcome(code)
            : new Outcome(ExitCode.Failure, $"{Item.Name}: stopped before it was complete ({_hint})");
    }

    // Until the check has finished, treat the data as incomplete.
    private static bool IsPart(TorrentSnapshot now) => now.PiecesMissing > 0 || now.PiecesHave == 0;

    private static Outcome? WhyHopeless(TorrentSnapshot now)
    {
        bool seeks = now is { Phase: TorrentPhase.Downloading or TorrentPhase.FindingPeers, ConnectedPeers: 0 };
        bool refused = seeks && now.EveryTrackerRefused;
        return refused
            ? new Outcome(ExitCode.TrackersRefused, "every tracker refused, and no other source of peers is enabled (--peer adds one by hand)")
            : null;
    }

    private async Task FetchAsync() => await _transfer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task EndAsync()
    {
        // The result reads the exceptions from the tasks. Here it only matters that they have completed.
        await _transfer.Stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transfer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stopping is not null)
            await _stopping;
    }
}
