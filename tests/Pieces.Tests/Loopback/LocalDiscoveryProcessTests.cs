using System.Text.Json;
using Pieces.Tests.Contract;
using Pieces.Tests.Interop;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Two machines on one network link, without a tracker and without known peers.</summary>
[LongChain(Seconds = 27)]
[Trait("Tier", "Loopback")]
public class LocalDiscoveryProcessTests
{
    // Prints the text of every datagram to the group's port that is sent or received over the link.
    private const string Capture = """
        import socket, sys
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        packets.bind(("v0", 0))
        print("ready", flush=True)
        while True:
            packet = packets.recv(65535)
            if b"BT-SEARCH" in packet:
                print(packet[packet.index(b"BT-SEARCH"):].decode("ascii", "replace"), flush=True)
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TestTorrent Torrent = new("film.bin", 4 * 1024 * 1024, 64 * 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_clients_without_a_tracker_find_each_other()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using PiecesProcess seeder = await SeedAsync(there, folder, torrentPath);
        await using PiecesProcess leecher = PiecesProcess.Start(Download(torrentPath, folder), shell: here.Shell);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    [Contract("flag --no-lsd")]
    public async Task With_no_lsd_nobody_is_found()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using PiecesProcess seeder = await SeedAsync(there, folder, torrentPath);
        await using PiecesProcess leecher = PiecesProcess.Start(
            [.. Download(torrentPath, folder), "--no-lsd", "--stall-timeout", "3s"], shell: here.Shell);
        (await leecher.WaitAsync()).ExitCode.Should().Be(5);
    }

    [Fact]
    public async Task Transmission_is_found_and_finds_us()
    {
        RealPeers.Require("Transmission");
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        there.Ip("route", "add", "224.0.0.0/4", "dev", "v0").Should().Be(0);
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        Torrent.WriteContent(folder["data"]);
        string home = Directory.CreateDirectory(folder["home"]).FullName;
        string watched = Directory.CreateDirectory(Path.Combine(home, "watched")).FullName;
        File.Copy(torrentPath, Path.Combine(watched, "film.torrent"));
        var settings = new Dictionary<string, object>
        {
            ["download-dir"] = folder["data"],
            ["watch-dir-enabled"] = true,
            ["watch-dir"] = watched,
            ["peer-port"] = 7000,
            ["rpc-enabled"] = false,
            ["dht-enabled"] = false,
            ["lpd-enabled"] = true,
            ["utp-enabled"] = false,
            ["port-forwarding-enabled"] = false,
            ["message-level"] = 3,
        };
        await File.WriteAllTextAsync(Path.Combine(home, "settings.json"), JsonSerializer.Serialize(settings), Token);
        await using PeerProcess transmission = PeerProcess.Start(
            "Transmission", home, [.. there.Prefix, "transmission-daemon", "--foreground", "--config-dir", home]);
        await using PiecesProcess leecher = PiecesProcess.Start(Download(torrentPath, folder), shell: here.Shell);
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(0, $"{result.StandardError}\n{transmission.Output}");
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task A_private_torrent_is_never_called_into_the_network()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        string open = Torrent.WriteTorrent(folder.Path);
        string closed = folder["private.torrent"];
        Torrent.WriteContent(folder["data"]);
        string data = Path.Combine(folder["data"], Torrent.Name);
        (await PiecesProcess.RunAsync("create", data, "-o", closed, "--private")).ExitCode.Should().Be(0);
        string closedHash = InfoHashIn((await PiecesProcess.RunAsync("show", closed, "--json")).StandardOutput);
        await using PeerProcess capture = PeerProcess.Start("capture", folder.Path, [.. here.Prefix, "python3", "-u", "-c", Capture]);
        await Eventually.TrueAsync(() => capture.Output.Contains("ready", StringComparison.Ordinal), Limit, () => "the capture to begin", Token);
        await using PiecesProcess seeder = PiecesProcess.Start(
            ["seed", closed, open, "--data", folder["data"], "--no-trackers", "--progress", "plain", "--seed-time", "3s"], shell: here.Shell);
        (await seeder.WaitAsync()).ExitCode.Should().Be(0);
        await Eventually.TrueAsync(
            () => capture.Output.Contains(Torrent.Metainfo.InfoHash.ToString(), StringComparison.OrdinalIgnoreCase), Limit,
            () => "the open torrent's call", Token);
        capture.Output.Should().NotContainEquivalentOf(closedHash);
    }

    private static async Task<PiecesProcess> SeedAsync(NetworkSpace space, TempFolder folder, string torrentPath)
    {
        Torrent.WriteContent(folder["data"]);
        PiecesProcess seeder = PiecesProcess.Start(
            ["seed", torrentPath, "--data", folder["data"], "--no-trackers", "--progress", "plain"], shell: space.Shell);
        await seeder.WaitForErrorTextAsync("seeding 100");
        return seeder;
    }

    private static string InfoHashIn(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("infohash").GetString()!;
    }

    private static string[] Download(string torrentPath, TempFolder folder) =>
        ["download", torrentPath, "-o", folder["out"], "--no-trackers", "--no-dht", "--progress", "plain", "--deadline", "60s"];
}
