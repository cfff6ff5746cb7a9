using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>
/// Networks that go down and come up again. A seeder and a downloader run in two network namespaces, which are connected by a virtual link.
/// </summary>
[Trait("Tier", "Loopback")]
public class NetworkTroubleTests
{
    private const string SeederAddress = "10.77.0.2:7000";

    private static readonly TestTorrent Torrent = new("film.bin", 4 * 1024 * 1024, 64 * 1024);

    [Theory]
    [Contract("flag --interface", "flag --interface {NAME,ADDR}", "exit 15")]
    [InlineData("v0", "link", "del", "v0")]
    [InlineData("v0", "addr", "del", "10.77.0.1/24", "dev", "v0")]
    [InlineData("10.77.0.1", "addr", "del", "10.77.0.1/24", "dev", "v0")]
    [InlineData("10.77.0.1", "link", "set", "v0", "down")]
    public async Task An_interface_that_goes_stops_the_run_and_what_came_is_kept(string name, params string[] trouble)
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using PiecesProcess seeder = await SeedAsync(there, folder, torrentPath, "64K");
        string[] command = [.. Download(torrentPath, folder, "-v"), "--interface", name];
        await using PiecesProcess leecher = PiecesProcess.Start(command, shell: here.Shell);
        await leecher.WaitForErrorTextAsync($"peer {SeederAddress}");
        await leecher.WaitForErrorTextAsync("connected");
        here.Ip(trouble).Should().Be(0);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(15, result.StandardError);
        result.StandardError.Should().MatchRegex(
            $"pieces: film.bin: --interface {name.Replace(".", "\\.", StringComparison.Ordinal)} is gone: [^\n]+\n$");
        File.Exists(folder["out/.film.bin.pieces/state"]).Should().BeTrue("the state is saved");
    }

    [Fact]
    public async Task Another_way_out_is_never_taken()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        here.Ip("link", "add", "other", "type", "veth", "peer", "name", "nobody").Should().Be(0);
        here.Ip("addr", "add", "10.88.0.1/24", "dev", "other").Should().Be(0);
        here.Ip("link", "set", "other", "up").Should().Be(0);
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using PiecesProcess seeder = await SeedAsync(there, folder, torrentPath, "64K");
        string[] command = [.. Download(torrentPath, folder, "--stall-timeout", "2s"), "--interface", "other"];
        await using PiecesProcess leecher = PiecesProcess.Start(command, shell: here.Shell);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(5, "the seeder is on another interface");
    }

    [Fact]
    public async Task A_network_that_is_down_is_waited_for()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        here.Ip("link", "set", "v0", "down").Should().Be(0);
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using PiecesProcess seeder = await SeedAsync(there, folder, torrentPath, "100M");
        await using PiecesProcess leecher = PiecesProcess.Start(Download(torrentPath, folder, "-vv"), shell: here.Shell);
        await leecher.WaitForErrorTextAsync("network is unreachable");
        here.Ip("link", "set", "v0", "up").Should().Be(0);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    private static string[] Download(string torrentPath, TempFolder folder, params string[] more) =>
        [
            "download", torrentPath, "-o", folder["out"], "--no-trackers", "--no-dht", "--peer", SeederAddress, "--progress", "plain",
            "--deadline", "50s", .. more
        ];

    private static async Task<PiecesProcess> SeedAsync(NetworkSpace space, TempFolder folder, string torrentPath, string rate)
    {
        Torrent.WriteContent(folder["data"]);
        string[] command =
            ["seed", torrentPath, "--data", folder["data"], "--no-trackers", "--no-dht", "-p", "7000", "--up-limit", rate, "--progress", "plain"];
        PiecesProcess seeder = PiecesProcess.Start(command, shell: space.Shell);
        await seeder.WaitForErrorTextAsync("seeding 100");
        return seeder;
    }
}
