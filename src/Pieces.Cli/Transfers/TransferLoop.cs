using System.Collections.Immutable;
using System.Threading.Channels;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Runs the sources of a run in order, with a limited number of jobs at the same time, until all have ended. A torrent occupies its job while it is
/// loaded, checked and downloaded. A torrent that only seeds occupies no job, so that endless seeding does not block other sources. The loop has one
/// inbox and one consumer, and runs once.
/// </summary>
internal sealed class TransferLoop
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ManyInterval = TimeSpan.FromSeconds(1);

    // With more torrents than this, the display is updated once per second instead of four times.
    private const int Many = 50;

    private readonly Channel<RunEvent> _inbox = Channel.CreateUnbounded<RunEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITransferHost _host;
    private readonly TransferSettings _settings;
    private readonly TransferObserver _observer;
    private readonly RunTime _time;
    private readonly RunStop _stop;
    private readonly SourceQueue _queue;
    private readonly GiveUpClocks _clocks;
    private readonly RunningTransfers _running = new();
    private readonly List<Task> _tasks = [];

    public TransferLoop(
        ITransferHost host, TransferSettings settings, TransferObserver observer, TimeProvider time, RunStop stop, IEnumerable<string> sources)
    {
        _host = host;
        _settings = settings;
        _observer = observer;
        _time = new RunTime(time);
        _stop = stop;
        _queue = new SourceQueue(sources, settings.Jobs);
        _clocks = new GiveUpClocks(settings, time);
    }

    /// <summary>Runs all sources to their end. A source that fails does not stop the others.</summary>
    public async Task<IReadOnlyList<SourceResult>> RunAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _time.Provider);
        using CancellationTokenRegistration stopping = _stop.Token.Register(() => _inbox.Writer.TryWrite(new StopAsked()));
        Task tick = timer.WaitForNextTickAsync().AsTask();
        Task<bool> heard = _inbox.Reader.WaitToReadAsync().AsTask();
        while (true)
        {
            TakeNext();
            if (!_queue.IsOpen)
                break;
            WatchEnd();
            await Task.WhenAny(heard, tick, _stop.LastPhase.GaveUp);
            if (_stop.LastPhase.GaveUp.IsCompleted && !heard.IsCompleted)
            {
                LeaveBehind();
                break;
            }

            if (tick.IsCompleted)
                OnTick();
            while (_inbox.Reader.TryRead(out RunEvent? e))
                await OnAsync(e);
            if (_stop.Code != ExitCode.BrokenPipe && (tick.IsCompleted || _running.Count <= Many))
                Show();
            if (heard.IsCompleted)
                heard = _inbox.Reader.WaitToReadAsync().AsTask();
            if (!tick.IsCompleted)
                continue;
            TimeSpan period = _running.Count > Many ? ManyInterval : TickInterval;
            if (timer.Period != period)
                timer.Period = period;
            tick = timer.WaitForNextTickAsync().AsTask();
        }

        await _stop.LastPhase.WaitAsync("the tasks of the torrents", CodeSoFar, Task.WhenAll(_tasks));
        return _queue.Results;
    }

    // The exit code of the process if it ended now.
    private ExitCode CodeSoFar =>
        Outcome.Combine([.. _queue.Results.Select(result => result.Outcome.Code), .. _running.Verdicts(_stop.Code).Select(verdict => verdict.Code)]);

    // The last phase begins when all torrents are stopping and no source is waiting. It does not begin while a hook runs.
    private void WatchEnd()
    {
        if (_queue.Waiting == 0 && _queue.Open == _running.Count && _running.AreAllEnding)
            _stop.LastPhase.Begin($"{_running.Names} to stop", CodeSoFar);
        else
            _stop.LastPhase.Suspend();
    }

    // The torrents have completed or given up, but hang during shutdown. Record their results without waiting for them.
    private void LeaveBehind()
    {
        foreach (TransferSession session in _running.Sessions)
        {
            Conclude(session.Item, session, session.Verdict(_stop.Code));
        }
    }

    private void TakeNext()
    {
        while (_queue.Next is { } source)
        {
            if (_stop.Code is { } code)
                Skip(source, new Outcome(code));
            else if (_settings.Deadline is { } deadline && _time.Elapsed >= deadline)
                Skip(source, LateFor(source, deadline));
            else if (_queue.HasFreeJob)
                Keep(LoadAsync(_queue.Begin()));
            else
                return;
        }
    }

    private void Skip(string source, Outcome verdict)
    {
        _queue.Skip();
        Conclude(new TransferItem(SourceLoader.NameOf(source)), null, verdict);
    }

    private void Show()
    {
        _observer.Queue(_queue.Waiting);
        _observer.Show(_running.All);
    }

    private void OnTick()
    {
        if (_running.Tick(_time.Elapsed))
            _host.TrimMemory();
    }

    private async Task OnAsync(RunEvent e)
    {
        switch (e)
        {
            case StopAsked:
                _running.StopAll();
                break;
            case SourceLoaded loaded:
                await BeginAsync(loaded);
                break;
            case SourceFailed failed:
                _queue.Abandon();
                Conclude(new TransferItem(SourceLoader.NameOf(failed.Source)), null, failed.Verdict);
                break;
            case SessionFetched:
                _queue.FreeJob();
                break;
            case SessionEnded ended:
                _queue.Close();
                _running.Remove(ended.Session);
                Conclude(ended.Session.Item, ended.Session, WithReason(ended));
                break;
        }
    }

    private async Task BeginAsync(SourceLoaded loaded)
    {
        var item = new TransferItem(SourceLoader.NameOf(loaded.Source));
        ITransfer? transfer = null;
        try
        {
            item = new TransferItem(item.Source, loaded.Torrent, _settings.Torrent.OutputDirectory);
            if (!_queue.IsNew(loaded.Torrent.InfoHash))
            {
                _queue.Abandon();
                _running.Find(item.InfoHash)?.AddTrackers(loaded.Torrent.Trackers);
                _observer.Warn(item, "given twice; used once, with the trackers and peers of both");
                return;
            }

            foreach (string warning in loaded.Torrent.Warnings)
                _observer.Warn(item, warning);
            foreach (string remark in loaded.Torrent.Remarks)
                _observer.Remark(item, remark);
            loaded.Torrent.Add(_queue.OtherLinks(loaded.Torrent.InfoHash, loaded.Source));
            void Warn(string message) => _observer.Warn(item, message);
            ImmutableArray<int>? ChooseOfLink(Metainfo metainfo) => _settings.Selection.ChooseOfLink(metainfo, Warn);
            ImmutableArray<int>? selected = loaded.Torrent.Metainfo is { } known ? _settings.Selection.Choose(known, Warn) : null;
            item = new TransferItem(item.Source, loaded.Torrent, _settings.Torrent.OutputDirectory, selected);
            var relay = new NoticeRelay(item, _observer);
            transfer = await _host.AddAsync(loaded.Torrent, selected, ChooseOfLink, relay, CancellationToken.None);
            var session = new TransferSession(item, transfer, _clocks.Create(_time.Elapsed), _settings.Torrent.SeedOnly, _settings.Hint);
            _observer.Begin(item, _host.ListenPort);
            _running.Add(session);
            Keep(FollowAsync(session));
            if (_stop.Code is not null)
                session.Stop();
        }
#pragma warning disable CA1031 // A failure of one source is reported for that source, and the others continue.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (transfer is not null)
                Keep(transfer.StopAsync());
            _queue.Abandon();
            Conclude(item, null, Outcome.Of(e, item.Name));
        }
    }

    // The lock file of a download does not show that this process itself holds it.
    private Outcome WithReason(SessionEnded ended)
    {
        TransferItem item = ended.Session.Item;
        bool isOurs = ended.Verdict.Code == ExitCode.Locked && _running.Sessions.Any(other => other.Item.Path == item.Path);
        return isOurs
            ? ended.Verdict with
            {
                Message = $"{item.Path}: another torrent of this run has the same name (run it by itself, with another folder in --output)"
            }
            : ended.Verdict;
    }

    private void Conclude(TransferItem item, TransferSession? session, Outcome verdict)
    {
        _observer.End(item, session?.Snapshot, verdict);
        _queue.Conclude(new SourceResult(item.Source, item.InfoHash, verdict));
    }

    private async Task LoadAsync(string source)
    {
        // Opening files and stdin may take time, and must not block the loop.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan? left = _settings.Deadline - _time.Elapsed;
        TimeSpan patience = left is null ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left.Value : TimeSpan.Zero;
        using var deadline = new CancellationTokenSource(patience, _time.Provider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, deadline.Token);
        try
        {
            TransferSource torrent = await _host.LoadAsync(source, both.Token);
            _inbox.Writer.TryWrite(new SourceLoaded(source, torrent));
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            _inbox.Writer.TryWrite(new SourceFailed(source, _stop.Code is { } code ? new Outcome(code) : LateFor(source, _settings.Deadline!.Value)));
        }
#pragma warning disable CA1031 // A failure of one source is reported for that source, and the others continue.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _inbox.Writer.TryWrite(new SourceFailed(source, Outcome.Of(e, SourceLoader.NameOf(source))));
        }
    }

    // Each torrent has a task of its own, because waiting for a thousand tasks at every tick would cost more than all other work.
    private async Task FollowAsync(TransferSession session)
    {
        await session.Fetched;
        _inbox.Writer.TryWrite(new SessionFetched());
        await session.Ended;
        Outcome verdict = await SettleAsync(session.Item, session.Verdict(_stop.Code));
        _inbox.Writer.TryWrite(new SessionEnded(session, verdict));
    }

    private async Task<Outcome> SettleAsync(TransferItem item, Outcome verdict)
    {
        try
        {
            return await _observer.SettleAsync(item, verdict);
        }
#pragma warning disable CA1031 // A bug in an observer is reported as the result of the source, which ends nevertheless.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Outcome.Of(e, item.Name);
        }
    }

    private void Keep(Task task)
    {
        _tasks.RemoveAll(other => other.IsCompletedSuccessfully);
        _tasks.Add(task);
    }

    private Outcome LateFor(string source, TimeSpan deadline)
    {
        Outcome late = GiveUpClock.Late(deadline, _settings.Hint);
        return late with { Message = $"{SourceLoader.NameOf(source)}: {late.Message}" };
    }
}
