using System.Diagnostics;
using System.Security.Cryptography;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The content on stdout, through real pipes.</summary>
[Trait("Tier", "Loopback")]
public class StreamProcessTests
{
    private const int MiB = 1024 * 1024;
    private const int PieceLength = 256 * 1024;

    private static readonly TestTorrent Film = new("film.bin", 24 * MiB + 4321, PieceLength);

    [Fact]
    [Contract("stream {single-file-raw,leaves-nothing}", "flag -o")]
    public async Task One_file_comes_as_it_is_and_nothing_is_left()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Film);
        ShellPipeResult result = await StreamAsync(folder, seeder, Film, "sha256sum");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().StartWith(HashOf(Film));
        result.StandardError.Should().Contain("complete, 24.0 MiB");
        ShouldBeEmpty(folder);
    }

    [Fact]
    [Contract("stream several-files-as-tar")]
    public async Task Several_files_come_as_a_tar_stream_that_is_the_same_each_time()
    {
        using var folder = new TempFolder();
        var torrent = TestTorrent.OfFiles("many", 300, 20_001, 64 * 1024);
        await using var seeder = new RecordingSeeder(torrent);
        ShellPipeResult first = await StreamAsync(folder, seeder, torrent, "tee ../first.tar | tar x");
        first.ExitCode.Should().Be(0, first.StandardError);
        torrent.ShouldBeCompleteIn(folder["out"]);
        Directory.Delete(folder["out/many"], recursive: true);
        ShouldBeEmpty(folder);

        ShellPipeResult second = await StreamAsync(folder, seeder, torrent, "sha256sum");
        byte[] tar = await File.ReadAllBytesAsync(folder["first.tar"], TestContext.Current.CancellationToken);
        second.StandardOutput.Should().StartWith(Convert.ToHexStringLower(SHA256.HashData(tar)));
    }

    [Fact]
    [Contract("exit 141", "stream reader-gone-silent")]
    public async Task A_reader_that_takes_what_it_needs_and_goes_ends_it_at_once_and_silently()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Film, MiB);
        ShellPipeResult result = await StreamAsync(folder, seeder, Film, "head -c 1000000 | wc -c", "-q");
        result.Should().BeEquivalentTo(new { ExitCode = 141, StandardError = "" });
        result.StandardOutput.Trim().Should().Be("1000000");
        result.Seconds.Should().BeLessThan(15, "the rest would take 23 seconds");
        ShouldBeEmpty(folder);
    }

    [Fact]
    [Contract("stream reader-gone-while-idle")]
    public async Task A_reader_that_goes_while_nothing_comes_is_noticed_within_a_second()
    {
        using var folder = new TempFolder();
        string torrentPath = Film.WriteTorrent(folder.Path);

        // The program would announce its end to this tracker, which does not respond.
        await using var tracker = new ScriptedHttpServer((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        string[] command = PiecesCommand.Download(torrentPath, "-", "--tracker", tracker.Url("/announce").ToString());
        ShellPipeResult result = await ShellPipe.RunAsync(command, "sleep 1", folder.Path);
        result.ExitCode.Should().Be(141);
        result.Seconds.Should().BeLessThan(15, "else it would wait for its deadline");
        result.StandardError.Should().NotContain("pieces:").And.NotContain("stopping");
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_also_while_the_reader_does_not_read(string signal, int code)
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Film);
        await using var process = UnreadProcess.Start(folder, StreamCommand(folder, seeder, Film));
        await seeder.UntilDeliveredAsync(24 * 64, TestContext.Current.CancellationToken);
        long asked = Stopwatch.GetTimestamp();
        await process.SignalAsync(signal);
        (await process.ExitCodeAsync()).Should().Be(code);
        Stopwatch.GetElapsedTime(asked).Should().BeLessThan(TimeSpan.FromSeconds(20));
        Directory.EnumerateFileSystemEntries(folder["tmp"]).Should().BeEmpty();
    }

    [Fact]
    [Contract("stream {leaves-nothing,unlinked-file}")]
    public async Task A_kill_leaves_nothing_behind()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Film);
        await using var process = UnreadProcess.Start(folder, StreamCommand(folder, seeder, Film));
        await seeder.UntilDeliveredAsync(24 * 64, TestContext.Current.CancellationToken);
        await process.SignalAsync("KILL");
        await process.ExitCodeAsync();
        Directory.EnumerateFileSystemEntries(folder["tmp"]).Should().BeEmpty();
    }

    [Fact]
    [Contract("stream refuses-terminal")]
    public async Task A_terminal_is_refused()
    {
        if (!File.Exists("/usr/bin/script"))
            Assert.Skip("script, which makes a terminal, is not installed");
        using var folder = new TempFolder();
        string torrentPath = Film.WriteTorrent(folder.Path);
        string command = $"'{PiecesProcess.Executable}' download '{torrentPath}' -o - --no-trackers -p 0";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(2);
        said.Should().Contain("pieces: --output -: stdout is a terminal (");
    }

    [Theory]
    [InlineData("--output -: 2 sources cannot share stdout", "b.torrent")]
    [InlineData("--output -: streamed content is not kept", "--seed")]
    [InlineData("--output -: streamed content is not kept", "--seed-ratio=2")]
    public async Task What_makes_no_sense_on_stdout_is_refused(string why, string more)
    {
        PiecesResult result = await PiecesProcess.RunAsync("download", "a.torrent", "-o", "-", more);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {why}");
    }

    [Fact]
    public async Task A_folder_for_temporary_files_that_is_not_there_is_one_line()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Film);
        Directory.CreateDirectory(folder["out"]);
        ShellPipeResult result = await ShellPipe.RunAsync(
            StreamCommand(folder, seeder, Film, "-q"), "cat", folder["out"], new Dictionary<string, string> { ["TMPDIR"] = folder["nowhere"] });
        result.ExitCode.Should().Be(9);
        result.StandardError.Should().StartWith("pieces: ").And.Contain("cannot create a temporary file in it: no such file or directory");
    }

    [Fact]
    [Contract("stream slow-reader-bounded")]
    public async Task A_reader_that_does_not_read_stops_the_peers_when_its_room_is_full()
    {
        const int KeptBlocks = 256 * 64;
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", 320L * MiB, MiB);
        await using var seeder = new RecordingSeeder(torrent);
        await using var process = UnreadProcess.Start(folder, StreamCommand(folder, seeder, torrent));
        await seeder.UntilDeliveredAsync(KeptBlocks, TestContext.Current.CancellationToken);

        // Without the limit, the other 64 pieces would arrive within this second.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        seeder.Delivered.Should().BeLessThan(KeptBlocks + (8 * 64));
        (await process.ReadAsync()).Should().Be(HashOf(torrent));
        if (PiecesProcess.IsNative)
            process.PeakMemory.Should().BeLessThanOrEqualTo(64L * MiB);
    }

    /// <summary>Useful only with the native program, because the managed one also needs memory for the compiler of the runtime.</summary>
    [Theory(Explicit = true)]
    [InlineData(1024, 1)]
    [InlineData(512, 64)]
    [InlineData(512, 128)]
    public async Task A_slow_reader_costs_64_MiB_at_most(int mebibytes, int mebibytesOfPiece)
    {
        const int KeptBlocks = 256 * 64;
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", (long)mebibytes * MiB, mebibytesOfPiece * MiB);
        await using var seeder = new RecordingSeeder(torrent);
        await using var process = UnreadProcess.Start(folder, StreamCommand(folder, seeder, torrent));
        await seeder.UntilDeliveredAsync(KeptBlocks, TestContext.Current.CancellationToken);
        (await process.ReadAsync()).Should().Be(HashOf(torrent));
        TestOutput.Write($"{mebibytes} MiB in pieces of {mebibytesOfPiece} MiB: {process.PeakMemory / 1024} KiB");
        process.PeakMemory.Should().BeLessThanOrEqualTo(64L * MiB);
    }

    private static string[] StreamCommand(TempFolder folder, RecordingSeeder seeder, TestTorrent torrent, params string[] more) =>
        PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), "-", more);

    private static async Task<ShellPipeResult> StreamAsync(
        TempFolder folder, RecordingSeeder seeder, TestTorrent torrent, string rest, params string[] more)
    {
        Directory.CreateDirectory(folder["out"]);
        Directory.CreateDirectory(folder["tmp"]);
        var environment = new Dictionary<string, string> { ["TMPDIR"] = folder["tmp"] };
        return await ShellPipe.RunAsync(StreamCommand(folder, seeder, torrent, more), rest, folder["out"], environment);
    }

    private static void ShouldBeEmpty(TempFolder folder)
    {
        Directory.EnumerateFileSystemEntries(folder["out"]).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(folder["tmp"]).Where(path => !IsOfTheRuntime(path)).Should().BeEmpty();
    }

    // The runtime of the managed program creates its diagnostic channels in this folder.
    private static bool IsOfTheRuntime(string path) => Path.GetFileName(path).Contains("dotnet", StringComparison.OrdinalIgnoreCase) ||
        Path.GetFileName(path).StartsWith("clr-debug-pipe", StringComparison.Ordinal);

    private static string HashOf(TestTorrent torrent)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] bytes = new byte[MiB];
        for (long done = 0; done < torrent.Length;)
        {
            Span<byte> part = bytes.AsSpan(0, (int)Math.Min(bytes.Length, torrent.Length - done));
            torrent.Read(done, part);
            hash.AppendData(part);
            done += part.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A process of the program with its own folder for temporary files. Its stdout is not read before <see cref="ReadAsync"/>.</summary>
    private sealed class UnreadProcess : IAsyncDisposable
    {
        private readonly Process _process;

        private UnreadProcess(Process process) => _process = process;

        public static UnreadProcess Start(TempFolder folder, string[] arguments)
        {
            if (OperatingSystem.IsWindows())
                Assert.Skip("there are no such signals here");
            Directory.CreateDirectory(folder["tmp"]);

            // If the tests run in the background of a script, they ignore SIGINT, and the program would inherit that.
            var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", PiecesProcess.Executable, .. arguments, "-q"])
            {
                RedirectStandardOutput = true,
            };
            start.Environment["TMPDIR"] = folder["tmp"];
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            return new UnreadProcess(Process.Start(start)!);
        }

        /// <summary>Peak resident memory of the process, in bytes (Linux only).</summary>
        public long PeakMemory { get; private set; }

        /// <summary>Reads stdout to its end, and returns the digest of the bytes.</summary>
        public async Task<string> ReadAsync()
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[MiB];
            int read;
            while ((read = await _process.StandardOutput.BaseStream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                _process.Refresh();
                if (!_process.HasExited)
                    PeakMemory = Math.Max(PeakMemory, _process.PeakWorkingSet64);
            }

            (await ExitCodeAsync()).Should().Be(0);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public async Task SignalAsync(string name)
        {
            using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }

        public async Task<int> ExitCodeAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
                _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
