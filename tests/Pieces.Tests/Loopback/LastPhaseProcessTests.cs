using System.Globalization;
using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>A system call that does not return delays the end of a run by at most five seconds.</summary>
[Trait("Tier", "Loopback")]
public partial class LastPhaseProcessTests
{
    private const int PieceLength = 16 * 1024;

    // Delay of the call in seconds. It is longer than any run of these tests, even on a busy machine.
    private const int HangSeconds = 100;

    private static readonly TestTorrent Torrent = new("film.bin", 20 * PieceLength, PieceLength);

    [Theory]
    [InlineData("shutdown")]
    [InlineData("unlinkat")]
    public async Task A_call_that_hangs_after_completion_is_left_behind_with_the_right_code(string call)
    {
        string strace = RealProcess.Find("strace");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "-vv");
        string[] traced =
            [
                strace, "-f", "-qq", "-ttt", "-o", folder["trace"], "-e", $"trace={call},exit_group", "-e",
                $"inject={call}:delay_enter={HangSeconds}000000"
            ];
        await using PiecesProcess process = PiecesProcess.StartProgram([.. traced, PiecesProcess.Executable, .. command], null, null);

        // The tracer keeps a delayed thread alive until the delay is over, so the test measures the time of the call that ends the process.
        string[] trace = await UntilEndedAsync(folder["trace"]);
        double hung = TimeOf(trace.First(line => line.Contains($" {call}(", StringComparison.Ordinal)));
        string end = trace.First(EndOfProcess().IsMatch);
        EndOfProcess().Match(end).Groups[1].Value.Should().Be("0");
        (TimeOf(end) - hung).Should().BeGreaterThan(1, "the call did hang").And.BeLessThan(HangSeconds / 2.0);
        await process.WaitForErrorTextAsync("film.bin: shutdown waits for ");
        File.Exists(Path.Combine(folder["out"], "film.bin")).Should().BeTrue();
    }

    private static async Task<string[]> UntilEndedAsync(string path)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(HangSeconds));
        while (true)
        {
            string[] lines = File.Exists(path) ? await File.ReadAllLinesAsync(path, limit.Token) : [];
            if (lines.Any(EndOfProcess().IsMatch))
                return lines;
            await Task.Delay(50, limit.Token);
        }
    }

    // A call of another thread may split the line: `exit_group(0 <unfinished ...>` instead of `exit_group(0)`.
    [GeneratedRegex(@" exit_group\((\d+)[ )]")]
    private static partial Regex EndOfProcess();

    // A line consists of the thread id, the time and the call.
    private static double TimeOf(string line) =>
        double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
