using System.Collections.Immutable;
using System.Threading.Channels;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Takes the sources of a run one after another, as many at a time as there are jobs, until each has ended. A torrent holds its job while
/// it is loaded, checked and fetched; one that only seeds holds none, so that seeding for ever keeps nobody waiting. One inbox, one consumer. Used once.
/// </summary>
internal sealed class TransferLoop
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ManyInterval = TimeSpan.FromSeconds(1);

    // Beyond so many torrents nobody follows each of them four times a second.
    private const int Many = 50;

    private readonly Channel<RunEvent> _inbox = Channel.CreateUnbounded<RunEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITransferHost _host;
    private readonly TransferSettings _settings;
    private readonly TransferObserver _observer;
    private readonly TimeProvider _time;
    private readonly RunStop _stop;
    private readonly QuietTrim _trim = new();
    private readonly long _began;
    private readonly Queue<string> _waiting;
    private readonly List<TransferSession> _running = [];
    private readonly HashSet<InfoHash> _seen = [];
    private readonly List<SourceResult> _results = [];
    private readonly List<Task> _tasks = [];
    private readonly InterfaceWatch? _interface;
    private readonly SleepMeter? _sleep;
    private int _open;
    private int _jobs;

    public TransferLoop(
        ITransferHost host, TransferSettings settings, TransferObserver observer, TimeProvider time, RunStop stop, IEnumerable<string> sources)
    {
        _host = host;
        _settings = settings;
        _observer = observer;
        _time = time;
        _stop = stop;
        _began = time.GetTimestamp();
        _waiting = new Queue<string>(sources);
        if (settings.Client.Binding is { } binding)
            _interface = new InterfaceWatch(binding.Device ?? binding.Address.ToString(), () => NetworkProbe.FaultOf(binding), time);
        if (settings.Deadline is not null)
            _sleep = new SleepMeter(time);
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_began);

    /// <summary>Runs all of them to their end; one that fails does not keep the others from going on.</summary>
    public async Task<IReadOnlyList<SourceResult>> RunAsync()
    {
        using var timer = new PeriodicTimer(TickInterval, _time);
        using CancellationTokenRegistration stopping = _stop.Token.Register(() => _inbox.Writer.TryWrite(new StopAsked()));
        Task tick = timer.WaitForNextTickAsync().AsTask();
        Task<bool> heard = _inbox.Reader.WaitToReadAsync().AsTask();
        while (true)
        {
            TakeNext();
            if (_open == 0)
                break;
            await Task.WhenAny(heard, tick);
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

        await Task.WhenAll(_tasks);
        return _results;
    }

    private void TakeNext()
    {
        while (_waiting.Count > 0)
        {
            if (_stop.Code is { } code)
                Conclude(new TransferItem(SourceLoader.NameOf(_waiting.Dequeue())), null, new Outcome(code));
            else if (_settings.Deadline is { } deadline && Elapsed >= deadline)
                Conclude(new TransferItem(SourceLoader.NameOf(_waiting.Peek())), null, LateFor(_waiting.Dequeue(), deadline));
            else if (_jobs < _settings.Jobs)
                Load(_waiting.Dequeue());
            else
                return;
        }
    }

    private void Show()
    {
        _observer.Queue(_waiting.Count);
        _observer.Show(_running);
    }

    private void Load(string source)
    {
        _jobs++;
        _open++;
        Keep(LoadAsync(source));
    }

    private void OnTick()
    {
        _running.ForEach(session => session.Tick(Elapsed));
        if (_trim.Check(_running.Select(session => session.Snapshot), Elapsed))
            _host.TrimMemory();
    }

    private async Task OnAsync(RunEvent e)
    {
        switch (e)
        {
            case StopAsked:
                _running.ForEach(session => session.Stop());
                break;
            case SourceLoaded loaded:
                await BeginAsync(loaded);
                break;
            case SourceFailed failed:
                _jobs--;
                _open--;
                Conclude(new TransferItem(SourceLoader.NameOf(failed.Source)), null, failed.Verdict);
                break;
            case SessionFetched:
                _jobs--;
                break;
            case SessionEnded ended:
                _open--;
                _running.Remove(ended.Session);
                Conclude(ended.Session.Item, ended.Session, ended.Verdict);
                break;
        }
    }

    private async Task BeginAsync(SourceLoaded loaded)
    {
        var item = new TransferItem(SourceLoader.NameOf(loaded.Source), loaded.Torrent, _settings.Torrent.OutputDirectory);
        if (!_seen.Add(loaded.Torrent.InfoHash))
        {
            _jobs--;
            _open--;
            _observer.Warn(item, "given twice; taken once");
            return;
        }

        foreach (string warning in loaded.Torrent.Warnings)
            _observer.Warn(item, warning);
        try
        {
            void Warn(string message) => _observer.Warn(item, message);
            ImmutableArray<int>? ChooseOfLink(Metainfo metainfo) => _settings.Selection.ChooseOfLink(metainfo, Warn);
            ImmutableArray<int>? selected = loaded.Torrent.Metainfo is { } known ? _settings.Selection.Choose(known, Warn) : null;
            item = new TransferItem(item.Source, loaded.Torrent, _settings.Torrent.OutputDirectory, selected);
            var relay = new NoticeRelay(item, _observer);
            ITransfer transfer = await _host.AddAsync(loaded.Torrent, selected, ChooseOfLink, relay, CancellationToken.None);
            var clock = new GiveUpClock(
                _settings.StallTimeout, _settings.Deadline, Elapsed, _settings.Hint, _interface, _sleep, _settings.MetadataTimeout);
            var session = new TransferSession(item, transfer, clock, _settings.Torrent.SeedOnly, _settings.Hint);
            _running.Add(session);
            _observer.Begin(item, _host.ListenPort);
            Keep(FollowAsync(session));
            if (_stop.Code is not null)
                session.Stop();
        }
        catch (Exception e) when (e is FailureException or PiecesException or IOException or UnauthorizedAccessException)
        {
            _jobs--;
            _open--;
            Conclude(item, null, Outcome.Of(e, item.Name));
        }
    }

    private void Conclude(TransferItem item, TransferSession? session, Outcome verdict)
    {
        _observer.End(item, session?.Snapshot, verdict);
        _results.Add(new SourceResult(item.Source, item.InfoHash, verdict));
    }

    private async Task LoadAsync(string source)
    {
        // The disk and stdin may take their time to be opened, and the loop is not to wait for them.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan? left = _settings.Deadline - Elapsed;
        TimeSpan patience = left is null ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left.Value : TimeSpan.Zero;
        using var deadline = new CancellationTokenSource(patience, _time);
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
#pragma warning disable CA1031 // Whatever goes wrong with one source is said of it, and the others go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _inbox.Writer.TryWrite(new SourceFailed(source, Outcome.Of(e, SourceLoader.NameOf(source))));
        }
    }

    // One task for each: to wait for a thousand anew at every tick would cost more than all the rest.
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
#pragma warning disable CA1031 // Our bug: it is said as such, and the source is done with all the same.
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
