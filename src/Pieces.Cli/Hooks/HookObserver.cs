using System.Collections.Concurrent;
using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Hooks;

/// <summary>
/// Runs a hook for each torrent that is complete, beside the seeding that may follow. A torrent is done with only when its hook is; after
/// the run was asked to stop, a hook gets <see cref="Patience"/>. A failed hook turns a success into a failure.
/// </summary>
internal sealed class HookObserver : TransferObserver
{
    /// <summary>How long a hook is waited for after the run was asked to stop: the whole stop has five seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TransferItem, Hook> _hooks = [];
    private readonly IHookRunner _runner;
    private readonly SemaphoreSlim _room;
    private readonly TimeProvider _time;
    private readonly TransferObserver _audience;
    private readonly CancellationTokenSource _patience = new();
    private readonly CancellationTokenRegistration _stopping;
    private ITimer? _timer;

    /// <param name="runner">Runs them.</param>
    /// <param name="atOnce">How many may run at one time; further ones wait.</param>
    /// <param name="time">Source of time and timers.</param>
    /// <param name="audience">Hears of a failure when it happens.</param>
    /// <param name="stopping">Cancelled when the run is to stop.</param>
    public HookObserver(IHookRunner runner, int atOnce, TimeProvider time, TransferObserver audience, CancellationToken stopping)
    {
        _runner = runner;
        _room = new SemaphoreSlim(atOnce);
        _time = time;
        _audience = audience;
        _stopping = stopping.Register(() => _timer = _time.CreateTimer(_ => _patience.Cancel(), null, Patience, Timeout.InfiniteTimeSpan));
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        switch (notice)
        {
            case FileNotice file:
                _hooks.GetOrAdd(item, static _ => new Hook()).Files.Add(file);
                break;
            case CompletedNotice completed:
                Hook hook = _hooks.GetOrAdd(item, static _ => new Hook());
                hook.Run = Task.Run(() => RunAsync(item, HookFacts.Of(item, completed.Snapshot, hook.Files, _time.GetUtcNow())));
                break;
        }
    }

    /// <inheritdoc/>
    public override async Task<Outcome> SettleAsync(TransferItem item, Outcome verdict)
    {
        if (!_hooks.TryRemove(item, out Hook? hook) || hook.Run is null)
            return verdict;
        Outcome outcome = await hook.Run;
        return verdict.Code == ExitCode.Success ? outcome : verdict;
    }

    /// <inheritdoc/>
    protected override async ValueTask CloseAsync()
    {
        await _stopping.DisposeAsync();
        if (_timer is not null)
            await _timer.DisposeAsync();
        _patience.Dispose();
        _room.Dispose();
    }

    private async Task<Outcome> RunAsync(TransferItem item, HookFacts facts)
    {
        Outcome outcome;
        try
        {
            await _room.WaitAsync(_patience.Token);
            try
            {
                outcome = await _runner.RunAsync(facts, _patience.Token);
            }
            finally
            {
                _room.Release();
            }
        }
        catch (OperationCanceledException)
        {
            outcome = new Outcome(ExitCode.HookFailed, $"{item.Name}: hook not run: the run was stopped while others were running");
        }

        if (outcome.Code == ExitCode.Success)
            return outcome;

        // Said now: the torrent may go on to seed for days.
        _audience.Fail(item, outcome);
        return outcome with { IsSaid = true };
    }

    /// <summary>What is known of one torrent; written by the torrent's loop, read when that has ended.</summary>
    private sealed class Hook
    {
        public List<FileNotice> Files { get; } = [];

        public Task<Outcome>? Run { get; set; }
    }
}
