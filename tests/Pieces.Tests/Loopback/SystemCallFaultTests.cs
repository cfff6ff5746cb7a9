using System.Globalization;
using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>
/// Makes each system call of the real program fail, one at a time, in a small download that is resumed. Whatever fails, no file with wrong content
/// has its final name, only one line is printed, and the same command completes afterwards.
/// </summary>
[Trait("Tier", "Loopback")]
public partial class SystemCallFaultTests
{
    private const int PieceLength = 32 * 1024;
    private const int BlocksOfFirstRun = 8;
    private const int SampleSize = 6;
    private const int SampleSeed = 2014;
    private const int FirstSignal = 128;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("songs", count: 3, lengthOfEach: 100_000, pieceLength: PieceLength);

    // The error with which each call fails.
    private static readonly Dictionary<string, string> Errors = new(StringComparer.Ordinal)
    {
        ["open"] = "EIO",
        ["openat"] = "EIO",
        ["openat2"] = "EIO",
        ["read"] = "EIO",
        ["pread64"] = "EIO",
        ["preadv"] = "EIO",
        ["getdents64"] = "EIO",
        ["write"] = "EIO",
        ["pwrite64"] = "EIO",
        ["pwritev"] = "ENOSPC",
        ["ftruncate"] = "ENOSPC",
        ["fallocate"] = "ENOSPC",
        ["fchmod"] = "EPERM",
        ["fsync"] = "EIO",
        ["fdatasync"] = "EIO",
        ["syncfs"] = "EIO",
        ["sync_file_range"] = "EIO",
        ["fadvise64"] = "EIO",
        ["rename"] = "EIO",
        ["renameat"] = "EIO",
        ["renameat2"] = "EIO",
        ["unlink"] = "EIO",
        ["unlinkat"] = "EIO",
        ["rmdir"] = "EIO",
        ["mkdir"] = "EIO",
        ["mkdirat"] = "EIO",
        ["stat"] = "EIO",
        ["lstat"] = "EIO",
        ["fstat"] = "EIO",
        ["newfstatat"] = "EIO",
        ["statx"] = "EIO",
        ["statfs"] = "EIO",
        ["fstatfs"] = "EIO",
        ["access"] = "EIO",
        ["faccessat2"] = "EIO",
        ["readlink"] = "EIO",
        ["flock"] = "EIO",
        ["socket"] = "EMFILE",
        ["bind"] = "EADDRINUSE",
        ["listen"] = "EADDRINUSE",
        ["connect"] = "ECONNREFUSED",
        ["sendto"] = "ECONNRESET",
        ["sendmsg"] = "ECONNRESET",
        ["recvfrom"] = "ECONNRESET",
        ["recvmsg"] = "ECONNRESET",
        ["readv"] = "ECONNRESET",
        ["writev"] = "ECONNRESET",
    };

    // Calls on the program's files and sockets that are not made to fail, and the reasons.
    private static readonly Dictionary<string, string> LeftAlone = new(StringComparer.Ordinal)
    {
        ["close"] = "the descriptor is gone whatever the call returns",
        ["lseek"] = "the runtime asks whether a file can be read at any place, and takes a failure for a no; so do we where holes are looked for",
        ["fcntl"] = "the runtime duplicates descriptors and sets their flags",
        ["ioctl"] = "the runtime asks whether a descriptor is a terminal",
        ["mmap"] = "the runtime maps the program's own files",
        ["getcwd"] = "the runtime asks once, at its start",
        ["chdir"] = "the shell that starts the program",
        ["execve"] = "starts the program",
        ["accept4"] = "nobody connects to the program in this download",
        ["getsockname"] = "the runtime asks for a port that it has just bound",
        ["getpeername"] = "the runtime asks for the other end of a connection",
        ["getsockopt"] = "the runtime asks for the outcome of a connection; connect itself is made to fail",
        ["setsockopt"] = "options that make a connection quicker, none of which is needed",
        ["shutdown"] = "the connection is closed whatever the call returns",
        ["socketpair"] = "the runtime's own pair for signals",
        ["epoll_ctl"] = "the runtime waits for sockets",
        ["poll"] = "the runtime asks whether a socket is ready",
    };

    [GeneratedRegex(@"^\d+\s+(?<call>[a-z_0-9]+)\((?<arguments>.*)$")]
    private static partial Regex CallLine { get; }

    [GeneratedRegex("^(?:\\d+|AT_FDCWD)<(?<folder>[^>]*)>, \"(?<name>[^\"]*)\"|^\\d+<(?<file>/[^>]*)>|^\"(?<path>[^\"]*)\"")]
    private static partial Regex Place { get; }

    [Fact]
    public async Task A_sample_of_calls_that_fail_costs_no_data()
    {
        Trial[] all = await ListAsync();
        new Random(SampleSeed).Shuffle(all);
        await RunAllAsync(all.Take(SampleSize));
    }

    [Fact(Explicit = true)]
    public async Task Every_call_that_fails_costs_no_data() => await RunAllAsync(await ListAsync());

    private static async Task RunAllAsync(IEnumerable<Trial> trials)
    {
        List<string> faults = [];
        foreach (Trial trial in trials)
        {
            string? fault = await TryAsync(trial);
            if (fault is not null)
                faults.Add($"{trial}: {fault}");
        }

        faults.Should().BeEmpty("the sample has seed {0}", SampleSeed);
    }

    /// <summary>Traces a run in which nothing fails, and lists its calls.</summary>
    private static async Task<Trial[]> ListAsync()
    {
        using var folder = new TempFolder();
        await using RecordingSeeder seeder = await BeginAsync(folder);
        PiecesResult result = await TracedAsync(folder, seeder, ["-y", "-e", "trace=%file,%desc,%network"]);
        result.ExitCode.Should().Be(0, result.StandardError);
        HashSet<Trial> trials = [];
        HashSet<string> unknown = [];
        foreach (string line in File.ReadLines(folder["calls"]))
        {
            if (CallLine.Match(line) is not { Success: true } match)
                continue;
            (string call, string arguments) = (match.Groups["call"].Value, match.Groups["arguments"].Value);
            bool isSocket = arguments.Contains("socket:[", StringComparison.Ordinal) || arguments.Contains("TCP:[", StringComparison.Ordinal)
                || call == "socket";
            Trial? trial = isSocket ? new Trial(call, "", "", "") : OnFile(call, arguments, folder["out"]);
            if (trial is null || LeftAlone.ContainsKey(call))
                continue;
            if (!Errors.ContainsKey(call))
                unknown.Add(call);
            else
                trials.UnionWith([trial with { When = "1" }, trial with { When = "2" }, trial with { When = "3+" }]);
        }

        unknown.Should().BeEmpty("each call is made to fail or left alone for a reason");
        trials.Should().HaveCountGreaterThan(50);
        return [.. trials.OrderBy(trial => trial.ToString(), StringComparer.Ordinal)];
    }

    // A file with a random name is identified by its folder.
    private static Trial? OnFile(string call, string arguments, string output)
    {
        if (Place.Match(arguments) is not { Success: true } match)
            return null;
        string name = match.Groups["name"].Value;
        string path = match.Groups["file"].Success ? match.Groups["file"].Value
            : match.Groups["path"].Success ? match.Groups["path"].Value
            : name.Length == 0 ? match.Groups["folder"].Value
            : Path.Combine(match.Groups["folder"].Value, name);
        if (path.EndsWith("(deleted)", StringComparison.Ordinal) || !path.StartsWith(output, StringComparison.Ordinal))
            return null;
        if (path.Contains(".pieces-new-", StringComparison.Ordinal))
            (path, name) = (Path.GetDirectoryName(path)!, "");
        return new Trial(call, path[output.Length..].TrimStart('/'), name, "");
    }

    private static async Task<string?> TryAsync(Trial trial)
    {
        using var folder = new TempFolder();
        await using RecordingSeeder seeder = await BeginAsync(folder);
        string[] place = trial.Place.Length == 0 && trial.Name.Length == 0 && IsNetwork(trial.Call)
            ? []
            : ["-P", Path.Join(folder["out"], trial.Place)];
        if (trial.Name.Length > 0)
            place = [.. place, "-P", trial.Name];
        string inject = $"inject={trial.Call}:error={Errors[trial.Call]}:when={trial.When}";
        PiecesResult result = await TracedAsync(folder, seeder, ["-e", "trace=" + trial.Call, "-e", inject, .. place]);
        if (result.ExitCode < 0 || result.ExitCode >= FirstSignal || result.StandardError.Contains("   at ", StringComparison.Ordinal)
            || result.StandardError.Contains("this is a bug", StringComparison.Ordinal))
            return string.Create(CultureInfo.InvariantCulture, $"exit {result.ExitCode}: {result.StandardError}");
        if (WrongFile(folder["out"], mustBeThere: result.ExitCode == 0) is { } wrong)
            return string.Create(CultureInfo.InvariantCulture, $"exit {result.ExitCode}, and {wrong}");
        PiecesResult again = await PiecesProcess.RunAsync(Command(folder, seeder));
        if (again.ExitCode != 0)
            return string.Create(CultureInfo.InvariantCulture, $"exit {result.ExitCode}, and afterwards {again.ExitCode}: {again.StandardError}");
        return WrongFile(folder["out"], mustBeThere: true);
    }

    private static bool IsNetwork(string call) => Errors[call] is "EMFILE" or "EADDRINUSE" or "ECONNREFUSED" or "ECONNRESET";

    private static string? WrongFile(string output, bool mustBeThere)
    {
        long offset = 0;
        foreach ((string path, long length) in Torrent.Files)
        {
            byte[] expected = new byte[length];
            Torrent.Read(offset, expected);
            offset += length;
            string full = Path.Combine(output, path);
            if (File.Exists(full) ? !File.ReadAllBytes(full).AsSpan().SequenceEqual(expected) : mustBeThere)
                return $"{path} is {(File.Exists(full) ? "wrong" : "missing")}";
        }

        return null;
    }

    /// <summary>Starts a download and kills it halfway.</summary>
    private static async Task<RecordingSeeder> BeginAsync(TempFolder folder)
    {
        var seeder = new RecordingSeeder(Torrent) { HoldAt = BlocksOfFirstRun };
        await using PiecesProcess first = PiecesProcess.Start(Command(folder, seeder));
        await seeder.UntilDeliveredAsync(BlocksOfFirstRun, TestContext.Current.CancellationToken);
        first.Kill();
        await first.WaitAsync();
        seeder.BeginRun();
        return seeder;
    }

    private static async Task<PiecesResult> TracedAsync(TempFolder folder, RecordingSeeder seeder, string[] options)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("calls can be made to fail on Linux alone");
        string[] traced = [
            RealProcess.Find("strace"), "-f", "--seccomp-bpf", "-qq", "-o", folder["calls"], .. options, PiecesProcess.Executable,
            .. Command(folder, seeder)];
        await using PiecesProcess process = PiecesProcess.StartProgram(traced, null, null);
        return await process.WaitAsync();
    }

    // A lost peer is dialled again only after a while. A run without peers must end before the time limit of the test, so it has a deadline.
    private static string[] Command(TempFolder folder, RecordingSeeder seeder) =>
        ["download", Torrent.WriteTorrent(folder.Path), "-o", folder["out"], "--no-trackers", "--no-dht", "--no-lsd", "--interface", "127.0.0.1",
            "-p", "0", "--peer", seeder.Address, "--deadline", "40s", "-q"];

    /// <summary>A call that is made to fail.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Place">The file or folder of the call, below the output folder.</param>
    /// <param name="Name">The name that is passed to the call; empty if an open file is passed.</param>
    /// <param name="When">The calls of a thread that fail, by their number.</param>
    private sealed record Trial(string Call, string Place, string Name, string When);
}
