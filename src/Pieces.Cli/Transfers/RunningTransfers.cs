using Pieces.Cli.Failures;

namespace Pieces.Cli.Transfers;

/// <summary>The torrents of a run that have begun and not ended. Used by one task.</summary>
internal sealed class RunningTransfers
{
    private readonly List<TransferSession> _sessions = [];
    private readonly QuietTrim _trim = new();

    /// <summary>How many there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>All of them, for observers.</summary>
    public IReadOnlyList<IRunningTransfer> All => _sessions;

    /// <summary>All of them.</summary>
    public IReadOnlyList<TransferSession> Sessions => _sessions;

    /// <summary>What people call them.</summary>
    public string Names => string.Join(", ", _sessions.Select(session => session.Item.Name));

    /// <summary>A torrent has begun.</summary>
    public void Add(TransferSession session) => _sessions.Add(session);

    /// <summary>A torrent has ended.</summary>
    public void Remove(TransferSession session) => _sessions.Remove(session);

    /// <summary>The one of an info-hash, or null.</summary>
    public TransferSession? Find(string? infoHash) => _sessions.Find(session => session.Item.InfoHash == infoHash);

    /// <summary>Asks all of them to stop.</summary>
    public void StopAll() => _sessions.ForEach(session => session.Stop());

    /// <summary>How each of them ended, or would if the run ended now.</summary>
    public IEnumerable<Outcome> Verdicts(ExitCode? signal) => _sessions.Select(session => session.Verdict(signal));

    /// <summary>Whether each of them is on its way to its end, and nothing of the user's, such as a hook, is under way for it.</summary>
    public bool AreAllEnding => _sessions.TrueForAll(session => session.IsEnding);

    /// <summary>Lets each of them look at its clock.</summary>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Whether all of them have been quiet for so long that memory is to be given back.</returns>
    public bool Tick(TimeSpan elapsed)
    {
        _sessions.ForEach(session => session.Tick(elapsed));
        return _trim.Check(_sessions.Select(session => session.Snapshot), elapsed);
    }
}
