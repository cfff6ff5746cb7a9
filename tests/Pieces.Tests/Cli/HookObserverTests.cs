using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Failures;
using Pieces.Cli.Hooks;
using Pieces.Cli.Transfers;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class HookObserverTests : IDisposable
{
    private static readonly TransferItem Item = new("x.torrent", new TestTorrent("holiday", 7, 16 * 1024).Metainfo, "there");
    private static readonly TorrentSnapshot Done = new() { BytesWanted = 7, Downloaded = 7, CompletedAfter = TimeSpan.FromSeconds(1.5) };

    private readonly FakeTimeProvider _time = new();
    private readonly FakeRunner _runner = new();
    private readonly Recorder _audience = new();
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task A_hook_gets_the_whole_event_as_json_and_in_its_environment()
    {
        await using HookObserver hooks = Hooks();
        hooks.Hear(Item, new FileNotice(0, "there/holiday", 7));
        hooks.Hear(Item, new CompletedNotice(Done));
        _runner.Result.SetResult(Outcome.Success);
        (await hooks.SettleAsync(Item, Outcome.Success)).Should().Be(Outcome.Success);

        HookFacts facts = _runner.Facts.Should().ContainSingle().Subject;
        JsonObject e = EventLines.Parse(System.Text.Encoding.ASCII.GetString(facts.Json)).Single();
        string full = Path.GetFullPath("there/holiday");
        (e.Text("event"), e.Text("name"), e.Text("path"), e.Number("size")).Should().Be(("complete", "holiday", full, 7));
        e["files"]!.AsArray().Single()!["path"]!.ToString().Should().Be(full);
        facts.Variables.Should().Contain(new Dictionary<string, string>
        {
            ["PIECES_HOOK_INFOHASH"] = Item.InfoHash!,
            ["PIECES_HOOK_NAME"] = "holiday",
            ["PIECES_HOOK_PATH"] = full,
            ["PIECES_HOOK_SIZE"] = "7",
            ["PIECES_HOOK_FILES"] = "1",
            ["PIECES_HOOK_SECONDS"] = "1.5",
        });
    }

    [Fact]
    public async Task A_failure_is_said_when_it_happens_and_ends_a_success_with_its_code()
    {
        await using HookObserver hooks = Hooks();
        hooks.Hear(Item, new CompletedNotice(Done));
        _runner.Result.SetResult(new Outcome(ExitCode.HookFailed, "holiday: hook x: ended with exit code 3"));
        await FakeTimeSteps.UntilAsync(() => _audience.Failures.Count == 1, TestContext.Current.CancellationToken);
        Outcome verdict = await hooks.SettleAsync(Item, Outcome.Success);
        (verdict.Code, verdict.IsSaid).Should().Be((ExitCode.HookFailed, true));
    }

    [Fact]
    public async Task What_failed_anyway_keeps_its_own_reason()
    {
        await using HookObserver hooks = Hooks();
        hooks.Hear(Item, new CompletedNotice(Done));
        _runner.Result.SetResult(new Outcome(ExitCode.HookFailed, "no"));
        (await hooks.SettleAsync(Item, new Outcome(ExitCode.FileError, "disk"))).Code.Should().Be(ExitCode.FileError);
    }

    [Fact]
    public async Task A_torrent_that_never_was_complete_has_no_hook()
    {
        await using HookObserver hooks = Hooks();
        hooks.Hear(Item, new FileNotice(0, "there/holiday", 7));
        (await hooks.SettleAsync(Item, new Outcome(ExitCode.Deadline))).Code.Should().Be(ExitCode.Deadline);
        _runner.Facts.Should().BeEmpty();
    }

    [Fact]
    public async Task After_a_signal_a_hook_has_two_seconds_and_is_then_left_to_itself()
    {
        await using HookObserver hooks = Hooks();
        hooks.Hear(Item, new CompletedNotice(Done));
        Task<Outcome> settling = hooks.SettleAsync(Item, Outcome.Success);
        await FakeTimeSteps.UntilAsync(() => _runner.Facts.Count == 1, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromHours(1));
        settling.IsCompleted.Should().BeFalse("without a signal it has all the time that it wants");
        await _stop.CancelAsync();
        _time.Advance(HookObserver.Patience - TimeSpan.FromMilliseconds(1));
        settling.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await settling.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Code.Should().Be(ExitCode.HookFailed);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private HookObserver Hooks() => new(_runner, 2, _time, _audience, _stop.Token);

    private sealed class FakeRunner : IHookRunner
    {
        public System.Collections.Concurrent.ConcurrentQueue<HookFacts> Facts { get; } = new();

        public TaskCompletionSource<Outcome> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<Outcome> RunAsync(HookFacts facts, CancellationToken patience)
        {
            Facts.Enqueue(facts);
            return await Result.Task.WaitAsync(patience);
        }
    }

    private sealed class Recorder : TransferObserver
    {
        public System.Collections.Concurrent.ConcurrentQueue<Outcome> Failures { get; } = new();

        public override void Fail(TransferItem? item, Outcome outcome) => Failures.Enqueue(outcome);
    }
}
