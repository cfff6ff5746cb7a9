using Pieces.Cli.Failures;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Observes a run of transfers without influencing it. Lines for people, events for programs, paths and hooks are separate observers, which the run
/// does not know. Unless stated otherwise, members are called by the run's loop, one at a time. All members must return quickly and must not throw.
/// </summary>
internal abstract class TransferObserver : IAsyncDisposable
{
    /// <summary>Reports something about the whole run that the user should know.</summary>
    public virtual void Note(string message)
    {
    }

    /// <summary>Reports a warning. Called on any thread.</summary>
    /// <param name="item">The source that it concerns; null for the whole run.</param>
    /// <param name="message">One line, not escaped yet.</param>
    public virtual void Warn(TransferItem? item, string message)
    {
    }

    /// <summary>Reports a remark about a source that matters to few users.</summary>
    public virtual void Remark(TransferItem item, string message)
    {
    }

    /// <summary>Reports a failure when it happens, before the end of the source. Called on any thread.</summary>
    public virtual void Fail(TransferItem? item, Outcome outcome)
    {
    }

    /// <summary>Reports that a torrent was started.</summary>
    /// <param name="item">The torrent.</param>
    /// <param name="listenPort">The port on which peers can connect to us; 0 for none.</param>
    public virtual void Begin(TransferItem item, int listenPort)
    {
    }

    /// <summary>Reports a notice of a torrent. Called on the torrent's loop, in order.</summary>
    public virtual void Hear(TransferItem item, TorrentNotice notice)
    {
    }

    /// <summary>Reports the number of sources that have not started. Called before each <see cref="Show"/>.</summary>
    public virtual void Queue(int waiting)
    {
    }

    /// <summary>Reports the running torrents, several times per second.</summary>
    public virtual void Show(IReadOnlyList<IRunningTransfer> running)
    {
    }

    /// <summary>
    /// Waits for operations that belong to a stopped torrent, such as a hook. Called outside the run's loop, for several torrents at the same time.
    /// </summary>
    /// <param name="item">The torrent.</param>
    /// <param name="verdict">The result of the torrent.</param>
    /// <returns>The final result, which includes these operations.</returns>
    public virtual Task<Outcome> SettleAsync(TransferItem item, Outcome verdict) => Task.FromResult(verdict);

    /// <summary>Reports that a source has finished.</summary>
    /// <param name="item">The source.</param>
    /// <param name="last">The last state of the torrent; null if it never started.</param>
    /// <param name="verdict">The result of the source.</param>
    public virtual void End(TransferItem item, TorrentSnapshot? last, Outcome verdict)
    {
    }

    /// <summary>Reports that all sources have finished. After this call, only <see cref="DisposeAsync"/> is called.</summary>
    /// <param name="results">One result for each source, in the order in which they finished.</param>
    /// <param name="code">The exit code of the process.</param>
    public virtual void Conclude(IReadOnlyList<SourceResult> results, ExitCode code)
    {
    }

    /// <summary>Waits until pending output is written, and releases all resources.</summary>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Implements <see cref="DisposeAsync"/>.</summary>
    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;
}

/// <summary>The result of one source.</summary>
/// <param name="Source">The source as shown in messages; null if the run as a whole failed.</param>
/// <param name="InfoHash">The info-hash in hexadecimal; null if it never became known.</param>
/// <param name="Outcome">The result.</param>
internal sealed record SourceResult(string? Source, string? InfoHash, Outcome Outcome);
