using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Tests.Cli.Display;

[Trait("Tier", "Pure")]
public sealed class BarProgressTests : IAsyncDisposable
{
    private static readonly TransferSubject Subject = new("a.iso", 800 * Rows.MiB, 1, 800, 1024 * 1024, ".");

    private readonly FakeTimeProvider _time = new();
    private readonly FakeTerminal _terminal = new();
    private readonly LineLog _log = new();
    private readonly Messages _messages;
    private readonly BarProgress _bar;

    public BarProgressTests()
    {
        _messages = new Messages(_log);
        _bar = new BarProgress(_terminal, new BlockRenderer(PieceBar.Ascii), new BlockPainter(colour: false), _messages, _time);
    }

    public ValueTask DisposeAsync() => _bar.DisposeAsync();

    [Fact]
    public async Task It_repaints_at_most_four_times_a_second_and_gives_the_cursor_back()
    {
        for (int i = 0; i < 100; i++)
        {
            Show(i);
            _messages.Line($"line {i}");
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        _terminal.Writes.Should().HaveCount(4);
        _terminal.Screen.IsCursorVisible.Should().BeFalse();
        await _bar.DisposeAsync();
        _terminal.Screen.IsCursorVisible.Should().BeTrue();
        _terminal.Screen.Lines.Should().Equal(Enumerable.Range(0, 100).Select(i => $"line {i}"));
        _messages.Line("after");
        _log.Lines.Should().Equal("after");
    }

    [Fact]
    public void Nothing_is_written_while_nothing_changes()
    {
        Show(10);
        Tick();
        int writes = _terminal.Writes.Count;
        Tick();
        Show(10);
        Tick();
        _terminal.Writes.Should().HaveCount(writes);
    }

    [Fact]
    public void A_terminal_that_takes_nothing_gets_nothing_and_hears_later_what_was_left_out()
    {
        Show(10);
        Tick();
        _terminal.IsIdle = false;
        for (int i = 0; i < StandardError.MaxWaiting + 7; i++)
            _messages.Line("line");
        Tick();
        _terminal.Writes.Should().HaveCount(1);
        _terminal.IsIdle = true;
        Tick();
        _terminal.Writes.Should().HaveCount(2);
        _terminal.Writes[1].Should().Contain("pieces: 7 lines were dropped");
    }

    [Fact]
    public void While_the_process_is_stopped_the_terminal_is_as_it_was_and_then_the_block_comes_again()
    {
        Show(10);
        Tick();
        _messages.Line("said before");
        _bar.Leave();
        _terminal.Screen.IsCursorVisible.Should().BeTrue();
        _terminal.Screen.Lines.Should().Equal("said before");
        Tick();
        _terminal.Screen.Lines.Should().Equal("said before");

        _terminal.Screen.Write("$ fg\r\n");
        _bar.Return();
        Tick();
        _terminal.Screen.Lines.Should().StartWith(["said before", "$ fg", "a.iso"]);
        _terminal.Screen.IsCursorVisible.Should().BeFalse();
    }

    [Fact]
    public async Task In_the_background_it_is_silent_until_it_ends()
    {
        Show(10);
        Tick();
        _bar.Leave();
        _terminal.IsForeground = false;
        _bar.Return();
        int writes = _terminal.Writes.Count;
        _messages.Line("meanwhile");
        Show(20);
        Tick();
        _terminal.Writes.Should().HaveCount(writes);

        await _bar.DisposeAsync();
        _terminal.Writes[^1].Should().Be("meanwhile\r\n");
    }

    [Fact]
    public void In_the_foreground_again_it_says_what_was_held_back()
    {
        _terminal.IsForeground = false;
        _messages.Line("meanwhile");
        Show(20);
        Tick();
        _terminal.Writes.Should().BeEmpty();
        _terminal.IsForeground = true;
        Tick();
        _terminal.Screen.Lines.Should().StartWith(["meanwhile", "a.iso"]);
    }

    [Theory]
    [InlineData(40, 24)]
    [InlineData(200, 50)]
    [InlineData(80, 3)]
    public void Another_size_is_another_picture(int columns, int rows)
    {
        _messages.Line("message");
        Show(10);
        Tick();
        _terminal.Screen.Resize(columns, rows);
        _bar.Invalidate();
        Tick();
        IReadOnlyList<string> lines = _terminal.Screen.Lines;
        lines.Where(line => line.Contains("10.0 %")).Should().ContainSingle();
        lines.Should().StartWith("message").And.OnlyContain(line => line.Length < columns);
    }

    [Fact]
    public void Others_may_write_on_the_same_terminal()
    {
        Show(10);
        Tick();
        _bar.Beside(() => _terminal.Screen.Write("a.iso\r\n"));
        Tick();
        _terminal.Screen.Lines.Should().HaveCount(4).And.StartWith(["a.iso", "a.iso"]);
    }

    [Fact]
    public void The_end_may_come_at_any_time_and_twice()
    {
        Show(10);
        Tick();
        _bar.End();
        _bar.End();
        Tick();
        _messages.Line("last words");
        _terminal.Screen.IsCursorVisible.Should().BeTrue();
        _terminal.Screen.Lines.Should().Equal("last words");
    }

    [Fact]
    public void Hostile_names_and_messages_reach_the_terminal_escaped()
    {
        const string Evil = "a\e[2J\r\n\u009b31m\u202e\u2066\u2028b";
        _bar.Show([new TransferStatus(Subject with { Name = Evil }, new TorrentSnapshot())]);
        _messages.Line(Evil);
        Tick();
        const string Shown = @"a\x1B[2J\x0D\x0A\x9B31m\u202E\u2066\u2028b";
        _terminal.Screen.Lines.Should().StartWith([Shown, Shown]);
    }

    private void Show(int percent) => _bar.Show([new TransferStatus(Subject, Rows.Downloading(percent: percent).Now)]);

    private void Tick() => _time.Advance(BarProgress.Interval);
}
