using Pieces.Cli.Failures;

namespace Pieces.Cli.Transfers;

/// <summary>The torrents of a run that have started and not ended. Used by one task.</summary>
internal sealed class RunningTransfers
{
    private readonly List<TransferSession> _sessions = [];
    private readonly QuietTrim _trim = new();

    /// <summary>Number of torrents.</summary>
    public int Count => _sessions.Count;

    /// <summary>All torrents, for observers.</summary>
    public IReadOnlyList<IRunningTransfer> All => _sessions;

    /// <summary>All torrents.</summary>
    public IReadOnlyList<TransferSession> Sessions => _sessions;

    /// <summary>Names of the torrents, for messages.</summary>
    public string Names => string.Join(", ", _sessions.Select(session => session.Item.Name));

    /// <summary>Adds a torrent that has started.</summary>
    public void Add(TransferSession session) => _sessions.Add(session);

    /// <summary>Removes a torrent that has ended.</summary>
    public void Remove(TransferSession session) => _sessions.Remove(session);

    /// <summary>Returns the torrent with an info-hash, or null.</summary>
    public TransferSession? Find(string? infoHash) => _sessions.Find(session => session.Item.InfoHash == infoHash);

    /// <summary>Stops all torrents.</summary>
    public void StopAll() => _sessions.ForEach(session => session.Stop());

    /// <summary>Returns how each torrent ended, or would end if the run ended now.</summary>
    public IEnumerable<Outcome> Verdicts(ExitCode? signal) => _sessions.Select(session => session.Verdict(signal));

    /// <summary>Whether all torrents are stopping and none is waiting for an operation of the user, such as a hook.</summary>
    public bool AreAllEnding => _sessions.TrueForAll(session => session.IsEnding);

    /// <summary>Lets each torrent check its time limits.</summary>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Whether all torrents have been idle long enough to release memory.</returns>
    public bool Tick(TimeSpan elapsed)
    {
        _sessions.ForEach(session => session.Tick(elapsed));
        return _trim.Check(_sessions.Select(session => session.Snapshot), elapsed);
    }
}
