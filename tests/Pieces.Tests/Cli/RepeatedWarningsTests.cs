using Pieces.Cli.Terminal;
using Serilog;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class RepeatedWarningsTests
{
    private readonly LineLog _lines = new();
    private readonly Messages _messages;

    public RepeatedWarningsTests() => _messages = new Messages(_lines);

    [Fact]
    public void A_warning_is_told_once_and_then_counted()
    {
        for (int i = 0; i < 31_273; i++)
            _messages.Warning("film.bin: cannot be read");
        _messages.Warning("other.bin: cannot be read");
        _messages.TellRepeated();
        _lines.Lines.Should().Equal(
            "pieces: warning: film.bin: cannot be read",
            "pieces: warning: other.bin: cannot be read",
            "pieces: warning: repeated 31272 more times: film.bin: cannot be read");
    }

    [Fact]
    public void Of_the_log_what_is_about_the_same_is_the_same()
    {
        ILogger logger = MessageSink.CreateLogger(_messages);
        for (int i = 0; i < 10; i++)
        {
            logger.Warning("{Name:l}: piece {Piece} cannot be read", "film.bin", i);
            logger.Warning("{Name:l}: piece {Piece} cannot be read", "other.bin", i);
        }

        _lines.Lines.Should().Equal("pieces: warning: film.bin: piece 0 cannot be read", "pieces: warning: other.bin: piece 0 cannot be read");
    }

    [Fact]
    public void Kinds_beyond_the_limit_are_counted_and_not_printed()
    {
        var repeated = new RepeatedWarnings();
        for (int i = 0; i < RepeatedWarnings.MaxKinds; i++)
            repeated.IsFirst($"{i}", "x").Should().BeTrue();
        repeated.IsFirst("one more", "x").Should().BeFalse();
        repeated.IsFirst("another", "x").Should().BeFalse();
        repeated.IsFirst("0", "y").Should().BeFalse();
        repeated.TakeCounts().Should().Equal("repeated 1 more time: x", "not printed because there were too many: 2 further warnings");
        repeated.IsFirst("one more", "x").Should().BeTrue("the counts have been reported");
    }
}
