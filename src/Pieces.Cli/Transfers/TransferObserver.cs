using Pieces.Cli.Failures;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Is told what happens in a run of transfers, and only observes it. Lines for people, events for programs, paths and hooks each are one; the run
/// knows none of them. Unless said otherwise a member is called by the run's own loop, one at a time; all must be quick and must not throw.
/// </summary>
internal abstract class TransferObserver : IAsyncDisposable
{
    /// <summary>Something about the whole run that its user should know.</summary>
    public virtual void Note(string message)
    {
    }

    /// <summary>Something is worse than it should be. Called on any thread.</summary>
    /// <param name="item">What it concerns, or null for the whole run.</param>
    /// <param name="message">One line, not escaped yet.</param>
    public virtual void Warn(TransferItem? item, string message)
    {
    }

    /// <summary>A remark about a source that concerns few people.</summary>
    public virtual void Remark(TransferItem item, string message)
    {
    }

    /// <summary>A failure that is told when it happens, before the end. Called on any thread.</summary>
    public virtual void Fail(TransferItem? item, Outcome outcome)
    {
    }

    /// <summary>A torrent was handed to the client.</summary>
    /// <param name="item">The torrent.</param>
    /// <param name="listenPort">The port that peers reach us on, or 0 for none.</param>
    public virtual void Begin(TransferItem item, int listenPort)
    {
    }

    /// <summary>A torrent has something to tell. Called on its own loop, in order.</summary>
    public virtual void Hear(TransferItem item, TorrentNotice notice)
    {
    }

    /// <summary>How many sources have yet to be begun; called before each <see cref="Show"/>.</summary>
    public virtual void Queue(int waiting)
    {
    }

    /// <summary>The torrents that run, a few times a second.</summary>
    public virtual void Show(IReadOnlyList<IRunningTransfer> running)
    {
    }

    /// <summary>
    /// A torrent has stopped: waits for what is still under way on its account. Called beside the loop, for several torrents at one time.
    /// </summary>
    /// <param name="item">The torrent.</param>
    /// <param name="verdict">How it ended.</param>
    /// <returns>How it ended, all in all.</returns>
    public virtual Task<Outcome> SettleAsync(TransferItem item, Outcome verdict) => Task.FromResult(verdict);

    /// <summary>A source is done with.</summary>
    /// <param name="item">The source.</param>
    /// <param name="last">The torrent's last state, or null for one that never began.</param>
    /// <param name="verdict">How it ended.</param>
    public virtual void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
    }

    /// <summary>All sources are done with; nothing is called any more but <see cref="DisposeAsync"/>.</summary>
    /// <param name="results">One for each source, in the order in which they ended.</param>
    /// <param name="code">What the process is to end with.</param>
    public virtual void Conclude(IReadOnlyList<SourceResult> results, ExitCode code)
    {
    }

    /// <summary>Lets what was said go out, and gives everything back.</summary>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>What <see cref="DisposeAsync"/> does.</summary>
    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;
}

/// <summary>How one source ended.</summary>
/// <param name="Source">How it is called in messages, or null where it is the whole run that failed.</param>
/// <param name="InfoHash">Its info-hash in hexadecimal, or null when that never was known.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record SourceResult(string? Source, string? InfoHash, Outcome Outcome);
