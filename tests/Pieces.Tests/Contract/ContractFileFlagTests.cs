using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Flags about the files to download and their destination, each tested by its effect.</summary>
[LongChain(Seconds = 15)]
[Trait("Tier", "Loopback")]
public sealed class ContractFileFlagTests : IDisposable
{
    private const int PieceLength = 16 * 1024;

    private static readonly TestTorrent Film = new("film.bin", 128 * PieceLength, PieceLength);
    private static readonly TestTorrent Album = TestTorrent.OfFiles("album", 4, 40_000, PieceLength);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("-o")]
    [InlineData("--output")]
    [InlineData("-d")]
    [InlineData("--dir")]
    [Contract("flag {-o,--output,-d,--dir}")]
    public async Task The_output_folder_has_four_names(string flag)
    {
        await using var seeder = new RecordingSeeder(Film);
        PiecesResult result = await PiecesProcess.RunAsync(["download", Film.WriteTorrent(_folder.Path), flag, _folder["there"], .. From(seeder)]);
        result.ExitCode.Should().Be(0, result.StandardError);
        Film.ShouldBeCompleteIn(_folder["there"]);
    }

    [Theory]
    [InlineData("in-order", true)]
    [InlineData("rarest-first", false)]
    [InlineData(null, true)]
    [Contract("flag --order", "flag --order {in-order,rarest-first}")]
    public async Task The_order_is_a_window_from_front_to_back_or_none(string? order, bool isInOrder)
    {
        await using var seeder = new RecordingSeeder(Film);
        string[] flag = order is null ? [] : ["--order", order];
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], .. From(seeder), .. flag]);
        result.ExitCode.Should().Be(0, result.StandardError);
        int[] pieces = [.. seeder.Events.Where(e => e.IsRequest).Select(e => e.Piece).Distinct()];
        pieces.Should().HaveCount(128);
        int furthest = pieces.Select((piece, i) => Math.Abs(piece - i)).Max();

        // The window has at most an eighth of the pieces. Without a window, 128 pieces would be this close to their positions only by chance.
        if (isInOrder)
            furthest.Should().BeLessThanOrEqualTo(16);
        else
            furthest.Should().BeGreaterThan(32);
    }

    [Theory]
    [InlineData("-s", "*2.bin", 2)]
    [InlineData("--select", "2", 1)]
    [InlineData("--select", "2-3", 1, 2)]
    [InlineData("-x", "*2.bin", 0, 1, 3)]
    [InlineData("--exclude", "2", 0, 2, 3)]
    [InlineData("--exclude", "2-4", 0)]
    [Contract("flag {-s,--select,-x,--exclude}", "flag --select {GLOB,N,N-M}")]
    public async Task Files_are_chosen_by_number_range_or_pattern(string flag, string value, params int[] files)
    {
        await using var seeder = new RecordingSeeder(Album);
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", Album.WriteTorrent(_folder.Path), "-o", _folder["out"], .. From(seeder), flag, value]);
        result.ExitCode.Should().Be(0, result.StandardError);
        Directory.GetFiles(_folder["out/album"]).Select(Path.GetFileName).Order(StringComparer.Ordinal).Should().Equal(
            files.Select(i => $"file-{i:d4}.bin"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("sparse")]
    [InlineData("full")]
    [Contract("flag --prealloc", "flag --prealloc {none,sparse,full}")]
    public async Task Room_is_made_as_it_is_asked_for(string how)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("stat of this kind is that of Linux");
        await using var seeder = new RecordingSeeder(Film, 64 * 1024);
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], .. From(seeder), "--prealloc", how, "--json"]);
        await process.WaitForOutputTextAsync("\"piece\"");
        string[] stat = (await ShellRun.RunAsync("stat", ["-c", "%s %b", _folder["out/film.bin.part"]])).Output.Split(' ');
        (long length, long taken) = (long.Parse(stat[0], CultureInfo.InvariantCulture), 512 * long.Parse(stat[1], CultureInfo.InvariantCulture));
        (length == Film.Length, taken >= Film.Length).Should().Be(
            (how != "none", how == "full"), "its length is {0} and {1} bytes are taken", length, taken);
    }

    [Fact]
    [Contract("flag --overwrite", "exit 13", "disk name-without-valid-piece")]
    public async Task Overwrite_discards_what_is_in_the_way()
    {
        _folder.Write("out/film.bin", "mine"u8.ToArray());
        await using var seeder = new RecordingSeeder(Film);
        string[] command = ["download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], .. From(seeder)];
        (await PiecesProcess.RunAsync(command)).ExitCode.Should().Be(13);
        (await PiecesProcess.RunAsync([.. command, "--overwrite"])).ExitCode.Should().Be(0);
        Film.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    [Contract("flag {--input,-i,--jobs,-j}", "flag --input FILE")]
    public async Task A_list_is_worked_through_by_as_many_at_a_time_as_there_are_jobs()
    {
        TestTorrent[] torrents = [.. Enumerable.Range(0, 3).Select(i => new TestTorrent($"t{i}.bin", 200_000, PieceLength, seed: i))];
        RecordingSeeder[] seeders = [.. torrents.Select(torrent => new RecordingSeeder(torrent, 512 * 1024))];
        string list = _folder.Write(
            "list", Encoding.UTF8.GetBytes(string.Concat(torrents.Select(torrent => torrent.WriteTorrent(_folder.Path) + "\n"))));
        foreach ((string input, string jobs, string output) in ((string, string, string)[])[("--input", "--jobs", "one"), ("-i", "-j", "two")])
        {
            PiecesResult result = await PiecesProcess.RunAsync(
                ["download", input, list, jobs, "1", "-o", _folder[output], "--no-trackers", "--interface", "127.0.0.1",
                "-p", "0", "--json", "--deadline", "50s", .. seeders.SelectMany(seeder => (string[])["--peer", seeder.Address])]);
            result.ExitCode.Should().Be(0);
            string[] told =
                [.. EventLines.Parse(result.StandardOutput).Where(e => e.Text("event") is "start" or "complete").Select(e => e.Text("event")!)];
            told.Should().Equal("start", "complete", "start", "complete", "start", "complete");
        }

        foreach (RecordingSeeder seeder in seeders)
            await seeder.DisposeAsync();
    }

    [Theory]
    [InlineData("-n")]
    [InlineData("--dry-run")]
    [Contract("flag {-n,--dry-run}")]
    public async Task A_dry_run_says_and_touches_nothing(string flag)
    {
        await using var seeder = new RecordingSeeder(Film);
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], .. From(seeder), flag]);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain("to download: ");
        Directory.Exists(_folder["out"]).Should().BeFalse();
        seeder.Callers.Should().BeEmpty();
    }

    [Fact]
    [Contract("hook no-shell")]
    public async Task A_hook_gets_its_words_as_they_are()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("the programs of these tests are those of POSIX");
        Film.WriteContent(_folder["out"]);
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], "--no-trackers", "--interface", "127.0.0.1", "-p", "0",
            "--on-complete", "printf '<%s>' $HOME * 'two words' ; >x");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain("<$HOME><*><two words><;><>x>");
    }

    [Theory]
    [InlineData("--stall-timeout", "1", "no usable peer in 1s")]
    [InlineData("--stall-timeout", "1s", "no usable peer in 1s")]
    [InlineData("--deadline", "0.02m", "not complete after 1s")]
    [InlineData("--deadline", "0.0003h", "not complete after 1s")]
    [InlineData("--deadline", "1", "not complete after 1s")]
    [Contract("duration {seconds,minutes,hours,bare-number}", "flag {--stall-timeout,--deadline}")]
    public async Task Times_have_units_and_a_bare_number_is_seconds(string flag, string value, string says)
    {
        long began = Stopwatch.GetTimestamp();
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", Film.WriteTorrent(_folder.Path), "-o", _folder["out"], "--no-trackers", "--interface", "127.0.0.1", "-p", "0", flag, value);
        result.ExitCode.Should().Be(flag == "--deadline" ? 7 : 5);
        result.StandardError.Should().Contain(says);
        Stopwatch.GetElapsedTime(began).Should().BeGreaterThan(TimeSpan.FromSeconds(0.99));
    }

    [Fact]
    [Contract("exit 6", "exit-6 metadata", "flag --metadata-timeout")]
    public async Task Peers_without_metadata_are_given_up_with_6()
    {
        // The seeder does not support extensions, so it cannot send metadata.
        await using var seeder = new RecordingSeeder(Film);
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", Film.Metainfo.InfoHash.ToString(), "-o", _folder["out"], "--metadata-timeout", "5s", .. From(seeder)]);
        result.ExitCode.Should().Be(6, result.StandardError);
        result.StandardError.Should().Contain("no peer sent the metadata within 5s");
    }

    public void Dispose() => _folder.Dispose();

    private static string[] From(RecordingSeeder seeder) =>
        ["--no-trackers", "--interface", "127.0.0.1", "-p", "0", "--peer", seeder.Address, "--deadline", "50s"];
}
