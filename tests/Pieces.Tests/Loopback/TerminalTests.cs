using System.Diagnostics;
using System.Text.RegularExpressions;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The executable in a real terminal.</summary>
[LongChain(Seconds = 25)]
[Trait("Tier", "Loopback")]
public sealed class TerminalTests : IDisposable
{
    private const int PieceLength = 64 * 1024;
    private const int Rate = 256 * 1024;

    // At that rate, the content takes half a minute, which is longer than any test here. Tests that wait for the end download less.
    private const int Pieces = 128;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Contract("stream {bar-only-on-terminal,cursor-restored}", "flag --progress auto")]
    [InlineData(40, "plain.bin", "plain.bin")]
    [InlineData(80, "plain.bin", "plain.bin")]
    [InlineData(40, "北京的秋天 2024 高清版本 很长的名字 第一集.mkv", "北京的秋天 2024 高清版本 ")]
    [InlineData(80, "👩‍👩‍👧‍👦 family 👍🏽 ❤️ 🏳️‍🌈 👩‍💻 👩‍💻 👩‍💻 👩‍💻 👩‍💻 👩‍💻 👩‍💻 👩‍💻 👩‍💻 holiday.zip", "👩‍👩")]
    [InlineData(40, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦 holiday.zip", "👩‍👩")]
    [InlineData(80, "שלום עולם 2024 (עברית) ועוד.mkv", "שלום עולם 2024")]
    [InlineData(40, "evil\e[31mred\e[2J\r\n\u009b31m\u202egnp.exe", "evil_[31mred_[2J")]
    [InlineData(20, "e\u0301\u0301\u0301 ze\u030er\u0155o combining marks.txt", "e\u0301\u0301\u0301 ze\u030er\u0155o")]
    public async Task No_line_wraps_escapes_are_harmless_and_the_cursor_comes_back(int columns, string name, string shown)
    {
        TestTorrent torrent = Generate(name);
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder);
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, columns, 24);
        await terminal.TypeAsync("clear; sh ./run");
        string[] block = Block(await terminal.UntilAsync(@"[1-9]\.\d %"))[^3..];
        block[0].Replace("\u2068", "").Should().StartWith(shown);
        block[1].Should().EndWith(" %").And.HaveLength(columns - 1);

        // If rows had been wrapped, they would be joined here.
        (string joined, string coloured) = await terminal.CapturesAsync();
        Block(joined)[^3].Should().Be(block[0]);
        Block(joined)[^2].Should().EndWith(" %").And.HaveLength(columns - 1);
        coloured.Should().NotContain("\e[31m").And.NotContain("\u202e");
        (await terminal.IsCursorShownAsync()).Should().BeFalse();

        await terminal.PressAsync("C-c");
        string screen = await terminal.UntilAsync(@"^\$ *$");
        (await terminal.IsCursorShownAsync()).Should().BeTrue();
        screen.Should().NotContain("⣀").And.NotContain("ETA");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public async Task Twenty_torrents_have_a_line_each_and_too_few_rows_are_said(int columns)
    {
        for (int i = 0; i < 20; i++)
            File.WriteAllBytes(_folder[$"{i:d2}.torrent"], Generate($"{i} 北京 👩‍👩‍👧‍👦 שלום {new string('x', 60)}", i).TorrentBytes);
        Script("download *.torrent -j 20 -o out --no-trackers --interface 127.0.0.1 -p 0 --deadline 50s");
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, columns, 24);
        await terminal.TypeAsync("clear; sh ./run");
        string screen = await terminal.UntilAsync(@"(?s)^ *done .*^(20 torrents|down )");
        Block(screen).Should().HaveCount(22, "a heading, twenty, and their total on\n{0}", screen);
        (string joined, _) = await terminal.CapturesAsync();
        Block(joined).Should().HaveCount(22, "{0}", joined);

        await terminal.ResizeAsync(columns, 12);
        screen = await terminal.UntilAsync("^and 12 more");
        Block(screen).Should().HaveCount(11, "{0}", screen);
        await terminal.PressAsync("C-c");
        await terminal.UntilAsync(@"^\$ *$");
        (await terminal.IsCursorShownAsync()).Should().BeTrue();
    }

    [Fact]
    [Contract("stream one-block")]
    public async Task A_resize_leaves_no_trace()
    {
        TestTorrent torrent = Generate("film.bin");
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder, "-v");
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, 100, 24);
        await terminal.TypeAsync("clear; sh ./run");
        await terminal.UntilAsync("ETA");
        foreach ((int columns, int rows) in ((int, int)[])[(50, 24), (120, 10), (30, 30), (200, 5), (80, 24)])
        {
            await terminal.ResizeAsync(columns, rows);
            await terminal.UntilAsync(screen => IsClean(screen, columns), $"one block, {columns} columns wide");
        }

        await terminal.PressAsync("C-c");
        await terminal.UntilAsync(@"^\$ *$");
    }

    [Fact]
    [Contract("signal job-control")]
    public async Task Ctrl_z_gives_the_terminal_back_and_fg_brings_the_block_again()
    {
        TestTorrent torrent = Generate("film.bin");
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder);
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, 80, 24);
        await terminal.TypeAsync("clear; sh ./run");
        await terminal.UntilAsync("ETA");
        await terminal.PressAsync("C-z");
        string screen = await terminal.UntilAsync(@"\[1\]\+ +Stopped +");
        screen.Should().NotContain("ETA");
        (await terminal.IsCursorShownAsync()).Should().BeTrue();

        await terminal.TypeAsync("fg");
        screen = await terminal.UntilAsync("ETA");
        Block(screen)[^3].Should().Be("film.bin");
        Regex.Count(screen, " %").Should().Be(1, "{0}", screen);
        (await terminal.IsCursorShownAsync()).Should().BeFalse();
        await terminal.PressAsync("C-c");
        screen = await terminal.UntilAsync(@"^\$ *$");
        screen.Should().NotContain("ETA");
        (await terminal.IsCursorShownAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task In_the_background_it_is_silent_and_ends_even_where_writers_are_stopped()
    {
        var torrent = new TestTorrent("film.bin", 24 * PieceLength, PieceLength);
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder);
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, 80, 24);
        await terminal.TypeAsync("stty tostop; clear; sh ./run");
        await terminal.UntilAsync("ETA");
        await terminal.PressAsync("C-z");
        await terminal.UntilAsync(@"\[1\]\+ +Stopped");
        await terminal.TypeAsync("bg");
        int delivered = seeder.Delivered;
        await seeder.UntilDeliveredAsync(delivered + 16, TestContext.Current.CancellationToken);
        (await terminal.ScreenAsync()).Should().NotContain("ETA").And.NotContain("downloading");
        string screen = await terminal.UntilAsync("film.bin: complete, 1.5 MiB");
        screen.Should().NotContain("ETA");

        // A shell reports the end of a job only before a prompt, and the program may end a moment after its last line.
        await terminal.TypeAsync("until jobs | grep Done; do sleep 0.1; done");
        await terminal.UntilAsync(@"\[1\]\+ +Done");
        torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Theory]
    [Contract("stream cursor-restored")]
    [InlineData("QUIT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Whatever_ends_it_the_cursor_comes_back(string signal)
    {
        TestTorrent torrent = Generate("film.bin");
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder);
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, 80, 24);
        await terminal.TypeAsync($"clear; ulimit -c 0; sh ./run & echo $! > pid; fg");
        await terminal.UntilAsync("ETA");
        using (var kill = Process.Start(
            "kill", ["-s", signal, (await File.ReadAllTextAsync(_folder["pid"], TestContext.Current.CancellationToken)).Trim()]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        string screen = await terminal.UntilAsync(@"^\$ *$");
        screen.Should().NotContain("ETA");
        (await terminal.IsCursorShownAsync()).Should().BeTrue();
    }

    [Theory]
    [Contract("stream {bar-not-on-dumb,no-color}")]
    [InlineData("TERM=dumb")]
    [InlineData("NO_COLOR=1")]
    [InlineData("LC_ALL=C")]
    public async Task The_environment_is_obeyed(string variable)
    {
        TestTorrent torrent = Generate("film.bin");
        await using var seeder = new RecordingSeeder(torrent, Rate);
        Script(torrent, seeder);
        await using Tmux terminal = await Tmux.OpenAsync(_folder.Path, 80, 24);
        await terminal.TypeAsync($"clear; {variable} sh ./run");
        string screen = await terminal.UntilAsync(variable == "TERM=dumb" ? "^film.bin: downloading" : "ETA");
        (_, string coloured) = await terminal.CapturesAsync();
        coloured.Contains("\e[", StringComparison.Ordinal).Should().Be(variable == "LC_ALL=C");
        (await terminal.IsCursorShownAsync()).Should().Be(variable == "TERM=dumb");
        screen.Contains('⣀').Should().Be(variable == "NO_COLOR=1");
        await terminal.PressAsync("C-c");
        await terminal.UntilAsync(@"^\$ *$");
    }

    // Whether the screen contains one name and one bar of the right width, and no remains of older output.
    private static bool IsClean(string screen, int columns)
    {
        string[] bars = [.. screen.Split('\n').Where(line => line.Contains('⣀'))];
        return bars.Length == 1 && bars[0].Length == columns - 1 && Regex.Count(screen, "^film.bin$", RegexOptions.Multiline) == 1
            && Regex.Count(screen, "down ") == 1;
    }

    private static string[] Block(string screen) => [.. screen.Split('\n').Where(line => line.Trim().Length > 0)];

    private static TestTorrent Generate(string name, int seed = 1) => new(name, Pieces * PieceLength, PieceLength, seed);

    private void Script(TestTorrent torrent, RecordingSeeder seeder, string more = "")
    {
        File.WriteAllBytes(_folder["a.torrent"], torrent.TorrentBytes);
        Script($"download a.torrent -o out --no-trackers --interface 127.0.0.1 -p 0 --peer {seeder.Address} --deadline 50s {more}");
    }

    private void Script(string arguments)
    {
        File.WriteAllText(_folder["run"], $"exec '{PiecesProcess.Executable}' {arguments}\n");
    }
}
