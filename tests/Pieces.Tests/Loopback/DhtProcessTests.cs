using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The program in a closed DHT on loopback, whose nodes are all instances of the program.</summary>
[LongChain(Seconds = 15)]
[Trait("Tier", "Loopback")]
public class DhtProcessTests
{
    private const int PieceLength = 256 * 1024;

    // An address without a DHT node: port 9 is the discard service, or closed.
    private const string Nobody = "127.0.0.1:9";

    private static readonly TestTorrent Torrent = new("film.bin", 16 * PieceLength, PieceLength);

    [Fact]
    [Contract("flag --dht-bootstrap")]
    public async Task A_bare_info_hash_is_enough_where_a_seed_is_in_the_DHT()
    {
        using var folder = new TempFolder();
        int port = FreePort.Find();
        await using PiecesProcess seed = await SeedAsync(folder, port);
        string node = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        string hash = Torrent.Metainfo.InfoHash.ToString();
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Download(hash, folder["out"], "--no-trackers", "--dht-bootstrap", node, "-v"));
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
        // A download that ends before its first second prints the search only.
        result.StandardError.Should().Contain($"the DHT is searched, starting at {node}\n")
            .And.MatchRegex(@"DHT: (nodes known: 1|1 peer, 1 node answered, 1 known)\n")
            .And.MatchRegex(@"peer 127\.0\.0\.1:\d+ \([^)]+\): connected");

        await using PiecesProcess events = PiecesProcess.Start(
        [
            "download", hash, "-o", folder["again"], "--interface", "127.0.0.1", "-p", "0", "--no-trackers", "--dht-bootstrap", node,
            "--down-limit", "2M", "--json",
        ]);
        IReadOnlyList<JsonObject> told = EventLines.Parse((await events.WaitAsync()).StandardOutput);
        told.Of("peer").Where(e => (string?)e["state"] == "connected").Select(e => (string?)e["origin"])
            .Should().NotBeEmpty().And.BeSubsetOf(["dht", "incoming"]);
        told.Of("progress").Should().Contain(e => (int?)e["dht_nodes"] >= 1);
    }

    [Fact]
    [Contract("flag --no-dht")]
    public async Task Without_it_nobody_is_found_and_the_port_of_UDP_answers_no_node()
    {
        using var folder = new TempFolder();
        int port = FreePort.Find();
        await using PiecesProcess seed = await SeedAsync(folder, port);
        int own = FreePort.Find();
        string[] command =
        [
            "download", Torrent.Metainfo.InfoHash.ToString(), "-o", folder["out"], "--interface", "127.0.0.1", "-p", $"{own}", "--no-trackers",
            "--dht-bootstrap", $"127.0.0.1:{port}", "--no-dht", "--metadata-timeout", "3s", "--progress", "plain", "-v",
        ];
        await using PiecesProcess process = PiecesProcess.Start(command);
        await process.WaitForErrorTextAsync("the DHT is not used (--no-dht)");
        using (var node = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            // The port responds to uTP packets only, so the first reply is to the second datagram.
            node.Connect(IPAddress.Loopback, own);
            await node.SendAsync("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"u8.ToArray(), TestContext.Current.CancellationToken);
            await node.SendAsync(Convert.FromHexString("41001234000003e800000000001000000001" + "0000"), TestContext.Current.CancellationToken);
            UdpReceiveResult reply = await node.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
                TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Convert.ToHexStringLower(reply.Buffer).Should().StartWith("31001234");
        }

        (await process.WaitAsync()).ExitCode.Should().Be(5);
    }

    [Fact]
    public async Task A_port_of_UDP_that_is_taken_is_a_warning_and_no_more()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        int port = FreePort.Find();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, port));
        await using PiecesProcess process = PiecesProcess.Start(
        [
            "download", Torrent.WriteTorrent(folder.Path), "-o", folder["out"], "--interface", "127.0.0.1", "-p", $"{port}", "--no-trackers",
            "--peer", seeder.Address, "--dht-bootstrap", Nobody, "--progress", "plain",
        ]);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain($"the DHT is not used: UDP port {port} cannot be opened: ");
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task What_is_there_already_is_not_asked_for_in_the_DHT()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--no-trackers", "--dht-bootstrap", Nobody, "-vv"));
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().NotContain("DHT: on UDP port");
    }

    /// <summary>
    /// The public routers cannot be reached here, so a run can only start from the nodes that an earlier run has learned from its peers.
    /// </summary>
    [Fact]
    public async Task The_next_run_begins_with_the_nodes_that_answered_in_the_one_before()
    {
        using var space = new NetworkSpace();
        using var folder = new TempFolder();
        (string there, string here) = ("10.77.1.1", "10.77.1.2");
        foreach (string address in (string[])[there, here])
            space.Ip("addr", "add", address + "/24", "dev", "lo").Should().Be(0);
        Torrent.WriteContent(folder["data"]);
        string torrent = Torrent.WriteTorrent(folder.Path);
        var cache = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder["cache"] };
        await using PiecesProcess seed = PiecesProcess.Start(
            ["seed", torrent, "--data", folder["data"], "--interface", there, "-p", "7000", "--progress", "plain"], shell: space.Shell);
        await seed.WaitForErrorTextAsync("seeding");
        await using PiecesProcess first = PiecesProcess.Start(
            ["download", torrent, "-o", folder["one"], "--interface", here, "-p", "7000", "--peer", $"{there}:7000", "--down-limit", "1M", "-q"],
            shell: space.Shell,
            environment: cache);
        (await first.WaitAsync()).ExitCode.Should().Be(0);
        File.Exists(folder["cache/pieces/dht"]).Should().BeTrue();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(folder["cache/pieces/dht"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await using PiecesProcess second = PiecesProcess.Start(
            ["download", Torrent.Metainfo.InfoHash.ToString(), "-o", folder["two"], "--interface", here, "-p", "7000", "--deadline", "50s", "-q"],
            shell: space.Shell,
            environment: cache);
        PiecesResult result = await second.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["two"]);
    }

    private static async Task<PiecesProcess> SeedAsync(TempFolder folder, int port)
    {
        Torrent.WriteContent(folder["data"]);
        PiecesProcess seed = PiecesProcess.Start(
            PiecesCommand.Seed(Torrent.WriteTorrent(folder.Path), folder["data"], "-p", $"{port}", "--dht-bootstrap", Nobody));
        await seed.WaitForErrorTextAsync("seeding");
        return seed;
    }
}
