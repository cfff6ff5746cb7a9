using System.Globalization;
using System.Runtime.Versioning;
using Pieces.Cli.Failures;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The native program in shells and containers that permit it little: it works, or it says in one line what it lacks.</summary>
[Trait("Tier", "Loopback")]
[SupportedOSPlatform("linux")]
public class ProcessLimitTests
{
    private const int KiB = 1024;
    private const int RuntimeFailed = 255;

    // The content is long enough for several hash threads.
    private static readonly TestTorrent File1 = new("file.bin", 3_000_000, 64 * KiB, seed: 3);

    /// <summary>Limits of the address space, in MiB, from far too low to far more than needed.</summary>
    public static TheoryData<int> AddressSpaces => [96, 128, 192, 256, 320, 384, 448, 512, 700, 1000, 2000];

    [Theory]
    [MemberData(nameof(AddressSpaces))]
    public async Task Little_address_space_is_enough_or_named(int mebibytes)
    {
        RequireNative();
        using var folder = new TempFolder();
        string torrent = File1.WriteTorrent(folder.Path);
        File1.WriteContent(folder["data"]);
        string limit = string.Create(CultureInfo.InvariantCulture, $"ulimit -v {mebibytes * KiB}");
        bool isEnough = (long)mebibytes * KiB * KiB >= ProcessLimits.MinAddressSpace;
        await using var seeder = new RecordingSeeder(File1);
        string[][] commands = [
            ["verify", torrent, "--data", folder["data"], "-q"],
            ["create", folder["data"], "-o", folder["new.torrent"], "-q"],
            PiecesCommand.DownloadFrom(seeder.Address, torrent, folder["out"], "-q")];
        foreach (string[] command in commands)
        {
            await using PiecesProcess process = PiecesProcess.Start(command, shell: limit);
            ShouldWorkOrTell(await process.WaitAsync(), isEnough, command[0]);
        }

        if (isEnough)
            File1.ShouldBeCompleteIn(folder["out"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(64)]
    public async Task Few_threads_are_enough_or_named(int threads)
    {
        RequireNative();
        OtherUser.Require();
        using var folder = new TempFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1FF);
        string torrent = File1.WriteTorrent(folder.Path);
        File1.WriteContent(folder["data"]);
        if (!OtherUser.Threads.CanRun(PiecesProcess.Executable))
            Assert.Skip("another user cannot run the program here");
        string limit = string.Create(CultureInfo.InvariantCulture, $"--nproc={threads}");
        await using var seeder = new RecordingSeeder(File1);
        string[][] commands = [
            ["show", torrent, "-q"],
            ["verify", torrent, "--data", folder["data"], "-q"],
            ["create", folder["data"], "-o", folder["new.torrent"], "-q"],
            PiecesCommand.DownloadFrom(seeder.Address, torrent, folder["out"], "-q")];
        foreach (string[] command in commands)
        {
            string[] limited = [.. OtherUser.Threads.Prefix, "prlimit", limit, PiecesProcess.Executable, .. command];
            limited[0] = RealProcess.Find(limited[0]);
            await using PiecesProcess process = PiecesProcess.StartProgram(limited, null, null);
            ShouldWorkOrTell(await process.WaitAsync(), mustWork: threads >= 64, command[0]);
        }
    }

    [Theory]
    [InlineData("EPERM")]
    [InlineData("ENOSYS")]
    public async Task Calls_that_an_old_container_does_not_know_have_a_substitute(string error)
    {
        using var folder = new TempFolder();
        var songs = TestTorrent.OfFiles("songs", 40, 64 * KiB, 64 * KiB);
        await using var seeder = new RecordingSeeder(songs);
        string torrent = songs.WriteTorrent(folder.Path);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrent, folder["out"], "-q");
        string calls = "statx,openat2,renameat2,syncfs,copy_file_range,close_range";
        string[] traced = [
            RealProcess.Find("strace"), "-f", "--seccomp-bpf", "-qq", "-o", folder["calls"], "-e", "trace=" + calls, "-e",
            $"inject={calls}:error={error}", PiecesProcess.Executable, .. command];
        await using PiecesProcess process = PiecesProcess.StartProgram(traced, null, null);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        songs.ShouldBeCompleteIn(folder["out"]);
        File.ReadAllText(folder["calls"]).Should().Contain("INJECTED");

        // What is known of files without the newer calls has to agree with what is known with them.
        PiecesResult check = await PiecesProcess.RunAsync("verify", torrent, "--data", folder["out"]);
        check.ExitCode.Should().Be(0, check.StandardError);
    }

    [Theory]
    [InlineData("/dev")]
    [InlineData("/proc")]
    public async Task Nothing_needs_the_folder_of_devices_or_of_processes(string hidden)
    {
        RequireNative();
        OtherUser.Require();
        using var folder = new TempFolder();
        string torrent = File1.WriteTorrent(folder.Path);
        File1.WriteContent(folder["data"]);

        // An empty file system hides the folder in a mount namespace of its own.
        string[] command = [
            RealProcess.Find("unshare"), "-m", "sh", "-c", $"mount -t tmpfs none {hidden} && exec \"$@\"", "sh",
            PiecesProcess.Executable, "show", torrent];
        await using PiecesProcess process = PiecesProcess.StartProgram(command, null, null);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);

        string[] closed = ["0<&-", "2>&-", "0<&- 2>&-"];
        foreach (string without in closed)
        {
            string[] silent = [
                RealProcess.Find("unshare"), "-m", "sh", "-c", $"mount -t tmpfs none {hidden} && exec \"$@\" {without}", "sh",
                PiecesProcess.Executable, "show", torrent];
            await using PiecesProcess plugged = PiecesProcess.StartProgram(silent, null, null);
            PiecesResult quiet = await plugged.WaitAsync();
            quiet.ExitCode.Should().Be(0, quiet.StandardError);
            quiet.StandardOutput.Should().Contain("file.bin");
        }
    }

    private static void RequireNative()
    {
        if (!PiecesProcess.IsNative)
            Assert.Skip("the limits of the native program are meant");
    }

    private static void ShouldWorkOrTell(PiecesResult result, bool mustWork, string what)
    {
        // The runtime needs memory and threads before it runs any code of the program. If it cannot have them, it ends with this code and without
        // a message.
        if (!mustWork && result is { ExitCode: RuntimeFailed, StandardError: "" })
            return;
        if (mustWork || result.ExitCode == 0)
            result.ExitCode.Should().Be(0, "{0}: {1}", what, result.StandardError);
        else
            result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$", "{0} ended with {1}", what, result.ExitCode);
        result.ExitCode.Should().BeOneOf(0, 1);
    }
}
