using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

/// <summary>The queue of a run, with torrents that do what the test says.</summary>
[Trait("Tier", "Pure")]
public sealed class TransferLoopTests : IDisposable
{
    // A reference to a run keeps its timer alive. If a failed test abandoned a run without a reference, the garbage collector would finalize the
    // timer,
    // and the run would then loop forever on the finalizer thread.
    private static readonly System.Collections.Concurrent.ConcurrentBag<Task> Begun = [];

    private readonly FakeTimeProvider _time = new();
    private readonly FakeHost _host = new();
    private readonly Recorder _heard = new();
    private readonly CancellationTokenSource _signal = new();
    private readonly LastPhase _lastPhase;
    private readonly RunStop _stop;
    private ExitCode? _signalCode;

    public TransferLoopTests()
    {
        _lastPhase = new LastPhase(_time, (_, _) => Assert.Fail("the run itself has to end"));
        _stop = new RunStop(() => _signalCode, _lastPhase, _signal.Token);
    }

    [Fact]
    public async Task So_many_are_fetched_at_a_time_and_the_next_begins_when_one_ends()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 2, "a", "b", "c", "d");
        await UntilAsync(() => _host.Added.Count == 2);
        await FakeTimeSteps.SettleAsync();
        _host.Added.Keys.Should().BeEquivalentTo("a", "b");
        _host.Loaded.Should().BeEquivalentTo(["a", "b"], "a source is not even loaded before its turn");
        await UntilAsync(() => _heard.Waiting == 2);

        Finish("b");
        await UntilAsync(() => _host.Added.Count == 3);
        Finish("a");
        await UntilAsync(() => _host.Added.Count == 4);
        await UntilAsync(() => _heard.Waiting == 0);
        Finish("c");
        Finish("d");
        (await EndOf(run)).Select(result => result.Outcome.Code).Should().Equal(
            ExitCode.Success, ExitCode.Success, ExitCode.Success, ExitCode.Success);
    }

    [Fact]
    public async Task One_that_only_seeds_holds_no_job()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 1, "a", "b");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        _host.Added["a"].Complete();
        await UntilAsync(() => _host.Added.ContainsKey("b"));
        Finish("b");
        await UntilAsync(() => _heard.Ended.Contains("b"));
        run.IsCompleted.Should().BeFalse("a goes on seeding");
        _host.Added["a"].End();
        (await EndOf(run)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Bad_sources_do_not_stop_the_others_and_each_keeps_its_reason()
    {
        _host.Bad["x"] = new FailureException(ExitCode.NotFound, "x: no such file or folder");
        _host.Bad["y"] = new FailureException(ExitCode.BadTorrent, "y: it is damaged");
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 1, "x", "a", "y");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        Finish("a");
        (await EndOf(run)).Select(result => (result.Source, result.Outcome.Code)).Should().Equal(
            ("x", ExitCode.NotFound), ("a", ExitCode.Success), ("y", ExitCode.BadTorrent));
    }

    [Fact]
    public async Task A_torrent_given_twice_is_taken_once()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 5, "a", "a");
        await UntilAsync(() => _heard.Warnings.Count == 1);
        Finish("a");
        (await EndOf(run)).Should().ContainSingle();
        _heard.Warnings.Should().Equal("given twice; used once, with the trackers and peers of both");
    }

    [Fact]
    public async Task A_signal_stops_those_that_run_and_keeps_those_that_wait_from_beginning()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 1, "a", "b");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        _signalCode = ExitCode.Terminated;
        await _signal.CancelAsync();
        (await EndOf(run)).Select(result => (result.Source, result.Outcome.Code)).Should().BeEquivalentTo(
            [("a", ExitCode.Terminated), ("b", ExitCode.Terminated)]);
        _host.Loaded.Should().Equal("a");
    }

    [Fact]
    public async Task A_reader_who_leaves_stops_it_too()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 1, "a");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        _stop.FailOutput(new Outcome(ExitCode.BrokenPipe, string.Empty));
        (await EndOf(run)).Should().ContainSingle().Which.Outcome.Code.Should().Be(ExitCode.BrokenPipe);
    }

    [Fact]
    public async Task The_deadline_is_that_of_the_run_also_for_those_whose_turn_never_came()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(new TransferSettings
        {
            Client = new TorrentClientOptions(),
            Torrent = new TorrentOptions(),
            Jobs = 1,
            Deadline = TimeSpan.FromMinutes(1),
        }, "a", "b");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        await _time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        (await run).Select(result => (result.Source, result.Outcome.Code)).Should().BeEquivalentTo(
            [("a", ExitCode.Deadline), ("b", ExitCode.Deadline)]);
        _host.Loaded.Should().Equal("a");
    }

    [Fact]
    public async Task The_stall_clock_of_each_begins_with_its_turn()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(new TransferSettings
        {
            Client = new TorrentClientOptions(),
            Torrent = new TorrentOptions(),
            Jobs = 1,
            StallTimeout = TimeSpan.FromMinutes(1),
        }, "a", "b");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        await _time.AdvanceUntilAsync(() => _host.Added.ContainsKey("b"), TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        int steps = await _time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        (await run).Should().OnlyContain(result => result.Outcome.Code == ExitCode.NoPeer);
        steps.Should().BeGreaterThanOrEqualTo(11, "b has a minute of its own");
    }

    [Fact]
    public async Task A_torrent_that_hangs_on_its_way_out_is_left_behind_with_its_verdict()
    {
        Task<IReadOnlyList<SourceResult>> run = Start(jobs: 1, "a");
        await UntilAsync(() => _host.Added.ContainsKey("a"));
        _host.Added["a"].Snapshot = new TorrentSnapshot { Phase = TorrentPhase.Stopping };
        _host.Added["a"].Complete();
        await _time.AdvanceUntilAsync(() => run.IsCompleted, TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
        (await run).Should().ContainSingle().Which.Outcome.Code.Should().Be(ExitCode.Success);
        _heard.Ended.Should().Equal("a");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lastPhase.Dispose();
        _stop.Dispose();
        _signal.Dispose();
    }

    private static Task UntilAsync(Func<bool> isDone) => FakeTimeSteps.UntilAsync(isDone, TestContext.Current.CancellationToken);

    private static Task<IReadOnlyList<SourceResult>> EndOf(Task<IReadOnlyList<SourceResult>> run) =>
        run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private void Finish(string name)
    {
        _host.Added[name].Complete();
        _host.Added[name].End();
    }

    private Task<IReadOnlyList<SourceResult>> Start(int jobs, params string[] sources) =>
        Start(new TransferSettings { Client = new TorrentClientOptions(), Torrent = new TorrentOptions(), Jobs = jobs }, sources);

    private Task<IReadOnlyList<SourceResult>> Start(TransferSettings settings, params string[] sources)
    {
        Task<IReadOnlyList<SourceResult>> run = Task.Run(new TransferLoop(_host, settings, _heard, _time, _stop, sources).RunAsync);
        Begun.Add(run);
        return run;
    }

    private sealed class FakeHost : ITransferHost
    {
        public System.Collections.Concurrent.ConcurrentDictionary<string, FakeTransfer> Added { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<string> Loaded { get; } = new();

        public Dictionary<string, Exception> Bad { get; } = [];

        public int ListenPort => 0;

        public Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken)
        {
            Loaded.Enqueue(source);
            return Bad.TryGetValue(source, out Exception? reason)
                ? Task.FromException<TransferSource>(reason)
                : Task.FromResult(new TransferSource(new TestTorrent(source, 1, 16 * 1024).Metainfo));
        }

        public int Trims { get; private set; }

        public void TrimMemory() => Trims++;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<ITransfer> AddAsync(
            TransferSource torrent,
            ImmutableArray<int>? selected,
            Func<Metainfo, ImmutableArray<int>?> choose,
            IProgress<TorrentNotice> notices,
            CancellationToken cancellationToken)
        {
            var transfer = new FakeTransfer();
            Added[torrent.Name] = transfer;
            return Task.FromResult<ITransfer>(transfer);
        }
    }

    private sealed class Recorder : TransferObserver
    {
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public System.Collections.Concurrent.ConcurrentQueue<string> Warnings { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<string> Ended { get; } = new();

        public override void Queue(int waiting) => Volatile.Write(ref _waiting, waiting);

        public override void Warn(TransferItem? item, string message) => Warnings.Enqueue(message);

        public override void End(TransferItem item, TorrentSnapshot? last, Outcome verdict) => Ended.Enqueue(item.Name);
    }
}
