using System.Diagnostics;
using System.Globalization;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class SeedGoalTests
{
    private const int MiB = 1024 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 8 * MiB, 256 * 1024);

    [Theory]
    [Contract("flag {--seed-time,--seed-idle}")]
    [InlineData("--seed-time")]
    [InlineData("--seed-idle")]
    public async Task A_goal_of_time_ends_seeding_with_success(string goal)
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["data"]);
        await using PiecesProcess seeder = PiecesProcess.Start(
            PiecesCommand.Seed(Torrent.WriteTorrent(folder.Path), folder["data"], "-p", "0", goal, "1s"));
        PiecesResult result = await seeder.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    [Fact]
    [Contract("command seed", "command seed --data", "flag --seed-ratio")]
    public async Task A_ratio_ends_seeding_with_success_when_so_much_was_taken()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["data"]);
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        int port = FreePort.Find();
        string portText = port.ToString(CultureInfo.InvariantCulture);
        await using PiecesProcess seeder = PiecesProcess.Start(PiecesCommand.Seed(torrentPath, folder["data"], "-p", portText, "--seed-ratio", "1"));
        await seeder.WaitForErrorTextAsync("seeding 100");
        await using PiecesProcess leecher = PiecesProcess.Start(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", torrentPath, folder["out"]));
        PiecesResult taken = await leecher.WaitAsync();
        PiecesResult result = await seeder.WaitAsync();
        taken.ExitCode.Should().Be(0, taken.StandardError);
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    [Fact]
    [Contract("seeding goal-implies-seed", "flag --seed-ratio")]
    public async Task A_download_with_a_ratio_seeds_until_that_is_reached()
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using var source = new RecordingSeeder(Torrent);
        int port = FreePort.Find();
        await using PiecesProcess first = PiecesProcess.Start([
            "download", torrentPath, "-o", folder["first"], "--no-dht", "--interface", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture),
            "--no-trackers", "--peer", source.Address, "--seed-ratio", "0.5", "--progress", "plain"]);
        await first.WaitForErrorTextAsync("seeding");
        await using PiecesProcess second = PiecesProcess.Start(
            PiecesCommand.DownloadFrom($"127.0.0.1:{port}", torrentPath, folder["second"]));
        PiecesResult result = await first.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    [Theory(Explicit = true)]
    [InlineData("down")]
    [InlineData("up")]
    public async Task A_limit_of_the_rate_holds(string side)
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", 16 * MiB, 256 * 1024);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["data"]);
        int port = FreePort.Find();
        string[] limit = [$"--{side}-limit", "2M"];
        await using PiecesProcess seeder = PiecesProcess.Start(
            PiecesCommand.Seed(torrentPath, folder["data"], ["-p", port.ToString(CultureInfo.InvariantCulture), .. side == "up" ? limit : []]));
        await seeder.WaitForErrorTextAsync("seeding 100");
        long began = Stopwatch.GetTimestamp();
        await using PiecesProcess leecher = PiecesProcess.Start(
            PiecesCommand.DownloadFrom($"127.0.0.1:{port}", torrentPath, folder["out"], side == "down" ? limit : []));
        (await leecher.WaitAsync()).ExitCode.Should().Be(0);
        double rate = torrent.Length / Stopwatch.GetElapsedTime(began).TotalSeconds;
        TestOutput.Write($"--{side}-limit 2M: {rate / MiB:f3} MiB/s, start and end of the process included");
        rate.Should().BeInRange(1.8 * MiB, 2.1 * MiB);
    }

    [Fact]
    [Contract("flag --interface", "flag --interface ADDR")]
    public async Task An_interface_is_where_its_connections_come_from()
    {
        if (OperatingSystem.IsMacOS())
            Assert.Skip("only 127.0.0.1 is there from the start");
        using var folder = new TempFolder();
        await using var source = new RecordingSeeder(Torrent);
        await using PiecesProcess process = PiecesProcess.Start([
            "download", Torrent.WriteTorrent(folder.Path), "-o", folder["out"], "--no-dht", "--interface", "127.0.0.2", "-p", "0", "--no-trackers",
            "--peer", source.Address, "--deadline", "30s"]);
        (await process.WaitAsync()).ExitCode.Should().Be(0);
        source.Callers.Should().OnlyContain(caller => caller.Address.ToString() == "127.0.0.2").And.NotBeEmpty();
    }
}
