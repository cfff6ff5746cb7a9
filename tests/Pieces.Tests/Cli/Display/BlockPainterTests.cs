using Pieces.Cli.Progress;

namespace Pieces.Tests.Cli.Display;

[Trait("Tier", "Pure")]
public class BlockPainterTests
{
    private readonly BlockPainter _painter = new(colour: false);
    private readonly ScreenModel _screen = new(20, 6);

    [Fact]
    public void Messages_stand_above_the_block()
    {
        Paint(["a", "b"], []);
        Paint(["a", "b"], ["first"]);
        Paint(["a", "c"], ["second", "third"]);
        _screen.Lines.Should().Equal("first", "second", "third", "a", "c");
        Paint(["a", "c"], ["fourth", "fifth"]);
        _screen.Lines.Should().Equal("first", "second", "third", "fourth", "fifth", "a", "c");
    }

    [Fact]
    public void Only_lines_that_changed_are_written()
    {
        Paint(["one", "two", "three"], []);
        string change = _painter.Paint(Lines("one", "TWO", "three"), [], everything: false);
        change.Should().Contain("TWO").And.NotContain("one").And.NotContain("three");
        _screen.Write(change);
        _screen.Lines.Should().Equal("one", "TWO", "three");
        _painter.Paint(Lines("one", "TWO", "three"), [], everything: false).Should().BeEmpty();
    }

    [Fact]
    public void A_block_may_grow_and_shrink()
    {
        Paint(["a"], ["message"]);
        Paint(["a", "b", "c"], []);
        _screen.Lines.Should().Equal("message", "a", "b", "c");
        Paint(["a", "b", "c", "d", "e"], []);
        _screen.Lines.Should().Equal("message", "a", "b", "c", "d", "e");
        Paint(["x", "b"], []);
        _screen.Lines.Should().Equal("message", "x", "b");
        Paint([], []);
        _screen.Lines.Should().Equal("message");
    }

    [Fact]
    public void A_shorter_line_leaves_nothing_of_the_longer_one()
    {
        Paint(["long line"], []);
        Paint(["no"], []);
        _screen.Lines.Should().Equal("no");
    }

    [Fact]
    public void The_cursor_rests_hidden_where_the_block_begins_and_is_given_back_without_it()
    {
        Paint(["a", "b"], ["message"]);
        _screen.IsCursorVisible.Should().BeFalse();
        _screen.Cursor.Should().Be((1, 0));
        _screen.Wraps.Should().BeTrue();
        _screen.Write(_painter.Leave(["last"]));
        _screen.IsCursorVisible.Should().BeTrue();
        _screen.Lines.Should().Equal("message", "last");
        _painter.Leave([]).Should().BeEmpty();
    }

    [Fact]
    public void After_somebody_else_had_the_terminal_the_block_begins_where_the_cursor_is()
    {
        Paint(["a", "b"], []);
        _screen.Write(_painter.Leave([]));
        _painter.Forget();
        _screen.Write("$ fg\r\n");
        Paint(["a", "c"], []);
        _screen.Lines.Should().Equal("$ fg", "a", "c");
        _screen.IsCursorVisible.Should().BeFalse();
    }

    [Fact]
    public void A_block_that_was_forgotten_still_owes_the_cursor()
    {
        Paint(["a"], []);
        _painter.Forget();
        _screen.Write(_painter.Leave([]));
        _screen.IsCursorVisible.Should().BeTrue();
    }

    [Fact]
    public void What_a_terminal_believes_to_be_too_wide_is_cut_there_and_not_wrapped()
    {
        Paint([new string('x', 25), "b"], []);
        _screen.Lines.Should().HaveCount(2);
        _screen.Cut.Should().BeGreaterThan(0);
        Paint(["a", "b"], [new string('m', 25)]);
        _screen.Lines.Should().Equal(new string('m', 20), new string('m', 5), "a", "b");
    }

    [Fact]
    public void Colours_are_written_only_where_they_are_wanted()
    {
        StyledLine line = new(new StyledText("name", Tone.Strong), new StyledText(" bar", Tone.Good));
        _painter.Paint([line], [], everything: false).Should().NotMatchRegex(@"\e\[[\d;]*m");
        new BlockPainter(colour: true).Paint([line], [], everything: false).Should().MatchRegex(@"\e\[1mname\e\[0m\e\[\d+m bar\e\[0m");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_happens_the_screen_ends_with_the_block_and_no_message_is_lost(int seed)
    {
        var random = new Random(seed);
        var screen = new ScreenModel(30, 12);
        var painter = new BlockPainter(colour: random.Next(2) == 0);
        var messages = new List<string>();
        for (int round = 0; round < 1_000; round++)
        {
            bool resized = random.Next(10) == 0;
            if (resized)
                screen.Resize(30, random.Next(8, 16));
            string[] block = [.. Enumerable.Range(0, random.Next(0, screen.Rows - 1)).Select(i => $"block {i} {random.Next(3)}")];
            string[] said = [.. Enumerable.Range(0, random.Next(4) == 0 ? random.Next(4) : 0).Select(i => $"message {round}.{i}")];
            messages.AddRange(said);
            screen.Write(painter.Paint(Lines(block), said, resized));
            screen.Lines.TakeLast(block.Length).Should().Equal(block, "round {0}", round);
            screen.Lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)).Should().Equal(messages, "round {0}", round);
        }

        screen.Cut.Should().Be(0);
    }

    private static StyledLine[] Lines(params string[] lines) => [.. lines.Select(line => new StyledLine(new StyledText(line)))];

    private void Paint(string[] block, string[] messages) => _screen.Write(_painter.Paint(Lines(block), messages, everything: false));
}
