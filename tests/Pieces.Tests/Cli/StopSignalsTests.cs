using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class StopSignalsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<ExitCode> _ends = [];
    private readonly StopSignals _signals;

    public StopSignalsTests() => _signals = new StopSignals(_time, _time, (code, _) => _ends.Add(code));

    [Fact]
    public void The_first_signal_asks_for_an_orderly_end_and_the_second_ends_at_once()
    {
        _signals.Code.Should().BeNull();
        _signals.Hear(ExitCode.Terminated);
        _signals.Token.IsCancellationRequested.Should().BeTrue();
        _ends.Should().BeEmpty();
        _time.Advance(TimeSpan.FromSeconds(1));
        _signals.Hear(ExitCode.Interrupted);
        _ends.Should().Equal(ExitCode.Interrupted);
        _signals.Code.Should().Be(ExitCode.Terminated);
    }

    [Fact]
    public void An_orderly_end_that_takes_too_long_is_cut_short()
    {
        _signals.Hear(ExitCode.Hangup);
        _time.Advance(LastPhase.Courtesy);
        _ends.Should().BeEmpty();
        _time.Advance(StopSignals.Patience - LastPhase.Courtesy);
        _ends.Should().Equal(ExitCode.Hangup);
    }

    [Fact]
    public void The_same_signal_at_the_same_moment_is_one()
    {
        _signals.Hear(ExitCode.Terminated);
        _time.Advance(StopSignals.Echo - TimeSpan.FromMilliseconds(1));
        _signals.Hear(ExitCode.Terminated);
        _ends.Should().BeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _signals.Hear(ExitCode.Terminated);
        _ends.Should().Equal(ExitCode.Terminated);
    }

    [Fact]
    public void Another_signal_is_a_second_one_whenever_it_comes()
    {
        _signals.Hear(ExitCode.Terminated);
        _signals.Hear(ExitCode.Interrupted);
        _ends.Should().Equal(ExitCode.Interrupted);
    }

    public void Dispose() => _signals.Dispose();
}
