using System.Collections.Concurrent;
using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Hooks;

/// <summary>
/// Runs a hook for each torrent that becomes complete. Seeding may continue while the hook runs. A torrent ends only after its hook has ended. When
/// the run must stop, a hook has <see cref="Patience"/> left. A failed hook turns a success into a failure.
/// </summary>
internal sealed class HookObserver : TransferObserver
{
    /// <summary>How long to wait for a hook after the run was asked to stop. The whole shutdown may take five seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TransferItem, Hook> _hooks = [];
    private readonly IHookRunner _runner;
    private readonly SemaphoreSlim _room;
    private readonly TimeProvider _time;
    private readonly TransferObserver _audience;
    private readonly CancellationTokenSource _patience = new();
    private readonly CancellationTokenRegistration _stopping;
    private ITimer? _timer;

    /// <param name="runner">Runs the hooks.</param>
    /// <param name="atOnce">Maximum number of hooks that run at the same time. Further hooks wait.</param>
    /// <param name="time">Source of time and timers.</param>
    /// <param name="audience">Receives failures of hooks when they happen.</param>
    /// <param name="stopping">Cancelled when the run must stop.</param>
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
            outcome = new Outcome(ExitCode.HookFailed, $"{item.Name}: hook not run: the run was stopped while other hooks were running");
        }

        if (outcome.Code == ExitCode.Success)
            return outcome;

        // Report the failure immediately, because the torrent may continue to seed for days.
        _audience.Fail(item, outcome);
        return outcome with { IsSaid = true };
    }

    /// <summary>State of one torrent's hook. The torrent's loop writes it; it is read after the loop has ended.</summary>
    private sealed class Hook
    {
        public List<FileNotice> Files { get; } = [];

        public Task<Outcome>? Run { get; set; }
    }
}
