using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class LastPhaseTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(ExitCode Code, string Part)> _ends = [];
    private readonly LastPhase _phase;

    public LastPhaseTests() => _phase = new LastPhase(_time, (code, part) => _ends.Add((code, part)));

    [Fact]
    public async Task What_hangs_is_left_behind_first_and_the_process_is_ended_later()
    {
        Task<bool> waiting = _phase.WaitAsync("the disk", ExitCode.Success, new TaskCompletionSource().Task);
        _time.Advance(LastPhase.Courtesy);
        (await waiting).Should().BeFalse();
        _ends.Should().BeEmpty();
        (await _phase.WaitAsync("the sockets", ExitCode.DiskFull, new TaskCompletionSource().Task)).Should().BeFalse(
            "the time is for all parts together");
        _time.Advance(LastPhase.Patience - LastPhase.Courtesy);
        _ends.Should().Equal((ExitCode.DiskFull, "the sockets"));
    }

    [Fact]
    public async Task What_ends_costs_nothing_and_a_failure_is_passed_on()
    {
        (await _phase.WaitAsync("a", ExitCode.Success, Task.CompletedTask)).Should().BeTrue();
        Func<Task> wait = () => _phase.WaitAsync("a", ExitCode.Success, Task.FromException(new IOException("gone")));
        await wait.Should().ThrowAsync<IOException>();
        _time.Advance(TimeSpan.FromHours(1));
        _ends.Should().BeEmpty();
    }

    [Fact]
    public void A_reader_or_a_hook_may_take_its_time()
    {
        _phase.Begin("a", ExitCode.Success);
        _time.Advance(LastPhase.Courtesy);
        _phase.Suspend();
        _phase.GaveUp.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromHours(1));
        _ends.Should().BeEmpty();
        _phase.Begin("b", ExitCode.Success);
        _time.Advance(LastPhase.Courtesy);
        _time.Advance(LastPhase.Patience - LastPhase.Courtesy);
        _ends.Should().Equal((ExitCode.Success, "b"));
    }

    [Fact]
    public void After_a_signal_nothing_suspends_it_and_the_time_runs_from_the_first_decision()
    {
        _phase.Begin("a", ExitCode.Success);
        _time.Advance(LastPhase.Courtesy);
        _phase.BeginFinal("b", ExitCode.Interrupted, LastPhase.Patience);
        _phase.Suspend();
        _phase.Begin("c", ExitCode.Success);
        _time.Advance(LastPhase.Patience - LastPhase.Courtesy);
        _ends.Should().Equal((ExitCode.Success, "c"));
    }

    [Fact]
    public void A_reader_who_left_gives_less_time()
    {
        _phase.Begin("a", ExitCode.Success);
        _phase.BeginFinal("b", ExitCode.BrokenPipe, TimeSpan.FromMilliseconds(600));
        _time.Advance(TimeSpan.FromMilliseconds(540));
        _phase.GaveUp.IsCompleted.Should().BeTrue();
        _ends.Should().BeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(67));
        _ends.Should().Equal((ExitCode.BrokenPipe, "b"));
    }

    public void Dispose() => _phase.Dispose();
}
