using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Serilog;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class MessagesTests
{
    private readonly LineLog _log = new();

    [Theory]
    [InlineData(-2, "")]
    [InlineData(-1, "error")]
    [InlineData(0, "warning error")]
    [InlineData(1, "info warning error")]
    [InlineData(2, "debug info warning error")]
    [InlineData(3, "trace debug info warning error")]
    public void Each_v_says_more_and_each_q_less(int verbosity, string expected)
    {
        ILogger logger = MessageSink.CreateLogger(MessagesAt(verbosity));
        logger.Verbose("trace");
        logger.Debug("debug");
        logger.Information("info");
        logger.Warning("warning");
        logger.Error("error");
        string.Join(' ', _log.Lines.Select(line => line.Split(' ')[^1])).Should().Be(expected);
    }

    [Fact]
    public void A_failure_is_one_line_and_has_its_stack_only_with_vv()
    {
        var outcome = new Outcome(ExitCode.FileError, "a.iso: permission denied", Thrown());
        MessagesAt(1).Failure(outcome);
        _log.Lines.Should().Equal("pieces: a.iso: permission denied");

        _log.Lines.Clear();
        MessagesAt(2).Failure(outcome);
        _log.Lines.Should().HaveCountGreaterThan(2).And.Contain(line => line.Contains(nameof(Thrown)));
    }

    [Fact]
    public void Qq_says_nothing_at_all()
    {
        Messages messages = MessagesAt(-2);
        messages.Failure(new Outcome(ExitCode.Failure, "bad"));
        messages.Warning("worse");
        messages.Progress("half");
        messages.Information("more");
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public void Properties_of_log_events_are_escaped_and_not_quoted()
    {
        ILogger logger = MessageSink.CreateLogger(MessagesAt(0));
        logger.Warning("peer {Peer} said {Text}", "192.0.2.1", "\e]0;owned\a");
        _log.Lines.Should().Equal(@"pieces: warning: peer 192.0.2.1 said \x1B]0;owned\x07");
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("thrown");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private Messages MessagesAt(int verbosity) => new(_log) { Verbosity = new Verbosity(verbosity) };
}
