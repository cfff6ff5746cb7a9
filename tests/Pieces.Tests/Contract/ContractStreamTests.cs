using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pieces.Primitives;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>What the program writes to stdout and stderr, and how much.</summary>
[LongChain(Seconds = 45)]
[Trait("Tier", "Loopback")]
public sealed class ContractStreamTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", MiB, 64 * 1024);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(true, false, false, false)]
    [InlineData(true, true, false, false, "-v")]
    [InlineData(true, true, true, false, "-vv")]
    [InlineData(true, true, true, true, "-vvv")]
    [InlineData(true, true, true, false, "-v", "--verbose")]
    [InlineData(false, false, false, false, "-q")]
    [InlineData(false, false, false, false, "-qq")]
    [Contract("flag {-v,-q}", "verbosity {default-warnings,-v,-vv,-vvv,-q,-qq}")]
    public async Task Each_v_says_more_and_each_q_less(bool warnings, bool information, bool debug, bool everything, params string[] flags)
    {
        await using var seeder = new RecordingSeeder(Torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"], flags);

        // The port is in use, which causes a warning.
        command[Array.IndexOf(command, "-p") + 1] = seeder.Address.Split(':')[1];
        PiecesResult result = await PiecesProcess.RunAsync(command);
        result.ExitCode.Should().Be(0);
        string said = result.StandardError;
        (said.Contains("pieces: warning: ", StringComparison.Ordinal), Regex.IsMatch(said, "(?m)^peer .*: connected$")).Should().Be(
            (warnings, information), "{0}", said);
        (Regex.IsMatch(said, "(?m)^debug: "), Regex.IsMatch(said, "(?m)^trace: ")).Should().Be((debug, everything), "{0}", said);
        if (!warnings)
            said.Should().BeEmpty();
        PiecesResult failed = await PiecesProcess.RunAsync(["show", _folder["nowhere"], .. flags]);
        (failed.ExitCode, failed.StandardError.Length == 0).Should().Be((3, flags is ["-qq"]));
    }

    [Fact]
    [Contract("stream {stack-only-with-vv,one-line-errors}")]
    public async Task A_stack_is_shown_only_with_vv()
    {
        (await PiecesProcess.RunAsync("show", _folder["nowhere"], "-v")).StandardError.Should().Be(
            $"pieces: {_folder["nowhere"]}: no such file or folder\n");
        (await PiecesProcess.RunAsync("show", _folder["nowhere"], "-vv")).StandardError.Should().MatchRegex("(?m)^ +at ");
    }

    [Fact]
    [Contract(
        "stream {payload-with-events-on-stderr,warnings-are-events,events-silence-people,product-alone-on-stdout}", "event warning",
        "event warning {message,code}", "flag {-o,--json}")]
    public async Task Beside_the_content_events_go_to_stderr_and_warnings_are_among_them()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), "-", "--json", "-v");
        command[Array.IndexOf(command, "-p") + 1] = seeder.Address.Split(':')[1];
        ShellPipeResult result = await ShellPipe.RunAsync(command, "sha256sum", _folder.Path);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().StartWith(HashOf(Torrent));
        var told = EventLines.Parse(result.StandardError);
        told.Of("complete").Should().ContainSingle();
        var warning = told.Of("warning").Should().ContainSingle().Subject;
        warning.Text("message").Should().Contain("address already in use");
        warning.Number("code").Should().Be(0);
    }

    [Fact]
    [Contract("stream begins-at-byte-0")]
    public async Task A_stream_that_was_broken_off_begins_anew()
    {
        await using var seeder = new RecordingSeeder(Torrent, MiB);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), "-", "-q");
        (await ShellPipe.RunAsync(command, "head -c 300000 | wc -c", _folder.Path)).StandardOutput.Trim().Should().Be("300000");
        (await ShellPipe.RunAsync(command, "sha256sum", _folder.Path)).StandardOutput.Should().StartWith(HashOf(Torrent));
    }

    [Fact]
    [Contract("stream have-only-while-servable")]
    public async Task A_peer_that_takes_nothing_hears_of_no_more_pieces_than_are_kept()
    {
        // The temporary file keeps 256 MiB, and announced pieces stay in it.
        const int KeptPieces = 256;
        var film = new TestTorrent("film.bin", 320L * MiB, MiB);
        await using var seeder = new RecordingSeeder(film);
        int port = FreePort.Find();
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, film.WriteTorrent(_folder.Path), "-", "-q");
        command[Array.IndexOf(command, "-p") + 1] = $"{port}";
        Task<ShellPipeResult> run = ShellPipe.RunAsync(command, "wc -c", _folder.Path);
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);
        int told = await PiecesToldOfAsync(port, film);
        ShellPipeResult result = await run;
        (result.ExitCode, result.StandardOutput.Trim()).Should().Be((0, $"{film.Length}"));
        told.Should().BeInRange(1, KeptPieces);
    }

    [Theory]
    [InlineData]
    [InlineData("--progress", "auto")]
    [InlineData("--progress", "bar")]
    [InlineData("--progress", "plain")]
    [Contract("flag --progress", "flag --progress {auto,bar,plain}", "stream {bar-only-on-terminal,plain-start-change-end,plain-without-escapes}")]
    public async Task Where_there_is_no_terminal_lines_tell_of_start_changes_and_end(params string[] progress)
    {
        await using var seeder = new RecordingSeeder(Torrent, MiB);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"]);
        int plain = Array.IndexOf(command, "--progress");
        PiecesResult result = await PiecesProcess.RunAsync([.. command[..plain], .. command[(plain + 2)..], .. progress]);
        result.ExitCode.Should().Be(0);
        result.StandardError.Should().NotContain("\r").And.NotContain("\e");
        string[] lines = result.StandardError.TrimEnd('\n').Split('\n');
        lines[0].Should().Be("film.bin: 1.0 MiB in 1 file, 16 pieces of 64.0 KiB");
        lines[1..].Should().Contain(line => line.StartsWith("film.bin: downloading", StringComparison.Ordinal)).And.OnlyHaveUniqueItems();
        lines[^1].Should().StartWith("film.bin: complete, 1.0 MiB in ");
        lines.Length.Should().BeLessThan(8);
    }

    [Fact]
    [Contract("flag --progress none", "stream product-alone-on-stdout")]
    public async Task Without_progress_a_run_that_goes_well_prints_nothing()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", Torrent.WriteTorrent(_folder.Path), "-o", _folder["out"], "--no-trackers", "--peer", seeder.Address, "--interface",
            "127.0.0.1", "-p", "0",
            "--deadline", "50s", "--progress", "none");
        (result.ExitCode, result.StandardOutput, result.StandardError).Should().Be((0, "", ""));
    }

    [Fact]
    [Contract("stream plain-every-30-seconds")]
    public async Task A_line_of_figures_comes_every_30_seconds()
    {
        long began = Stopwatch.GetTimestamp();
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Download(Torrent.WriteTorrent(_folder.Path), _folder["out"], "--no-trackers"));
        await process.WaitForErrorTextAsync("film.bin: 0.0 % of 1.0 MiB, ");
        Stopwatch.GetElapsedTime(began).Should().BeGreaterThan(TimeSpan.FromSeconds(29));
    }

    [Fact]
    [Contract("flag --progress bar", "stream {one-block,four-a-second}")]
    public async Task The_block_on_a_terminal_is_painted_four_times_a_second_at_most()
    {
        string script = RealProcess.Find("script");
        await using var seeder = new RecordingSeeder(Torrent, MiB / 3);
        string command = string.Join(' ', PiecesCommand.DownloadFrom(
            seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"], "--progress=bar")
            .Where(word => word is not ("--progress" or "plain")).Select(word => $"'{word}'"));
        long began = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo(script, ["-qec", $"stty cols 80 rows 24; TERM=xterm '{PiecesProcess.Executable}' {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, said);

        // Each repaint is one update of the terminal.
        ((double)Regex.Count(said, @"\e\[\?2026h")).Should().BeInRange(2, (4 * seconds) + 1);
        said.Should().Contain("\e[?25l").And.MatchRegex(@"(?s)\e\[\?25h[^\e]*$", "the cursor comes back");
    }

    public void Dispose() => _folder.Dispose();

    private static string HashOf(TestTorrent torrent)
    {
        byte[] content = new byte[torrent.Length];
        torrent.Read(0, content);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    // Connects, sends only a handshake, and counts the announced pieces until the other side disconnects.
    private static async Task<int> PiecesToldOfAsync(int port, TestTorrent torrent)
    {
        const byte Have = 4, Bits = 5;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            ScriptedPeer.HandshakeBytes(torrent.Metainfo.Swarms[0], PeerId.FromBytes("-SI0001-silentleeche"u8), default(Pieces.Wire.ReservedBits)),
            TestContext.Current.CancellationToken);
        int told = 0;
        try
        {
            await stream.ReadExactlyAsync(new byte[68], TestContext.Current.CancellationToken);
            byte[] prefix = new byte[4];
            while (true)
            {
                await stream.ReadExactlyAsync(prefix, TestContext.Current.CancellationToken);
                byte[] message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
                await stream.ReadExactlyAsync(message, TestContext.Current.CancellationToken);
                told += message is [Have, ..] ? 1 : message is [Bits, ..] ? message.Skip(1).Sum(b => BitOperations.PopCount(b)) : 0;
            }
        }
        catch (IOException)
        {
            return told;
        }
    }
}
