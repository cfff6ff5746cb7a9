using System.Globalization;
using System.Text.Json.Nodes;
using Pieces.Tests.Interop;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>A swarm without a tracker. Each client knows one peer, and all find one another by peer exchange (BEP 11).</summary>
[Trait("Tier", "Loopback")]
public class PeerExchangeProcessTests
{
    private const string Libtorrent = """
        import signal, sys, time
        import libtorrent

        torrent, folder, port = sys.argv[1:]
        session = libtorrent.session({
            "listen_interfaces": "127.0.0.1:" + port,
            "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "allow_multiple_connections_per_ip": True, "enable_incoming_utp": False, "enable_outgoing_utp": False,
            "upload_rate_limit": 20000, "download_rate_limit": 20000,
        })
        wanted = libtorrent.add_torrent_params()
        wanted.ti = libtorrent.torrent_info(torrent)
        wanted.save_path = folder
        wanted.trackers = []
        handle = session.add_torrent(wanted)
        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        while not ending:
            print("peers:", " ".join(str(peer.ip[1]) for peer in handle.get_peer_info()), flush=True)
            time.sleep(0.5)
        """;

    private const int Members = 9;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TestTorrent Torrent = new("film.bin", 16 * 1024 * 1024, 64 * 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_leecher_told_of_one_peer_finds_the_other_ten(bool isToldByLibtorrent)
    {
        RealPeers.Require("libtorrent");
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        Torrent.WriteContent(folder["data"]);
        int[] ports = [.. Enumerable.Range(0, Members).Select(_ => FreePort.Find())];
        int theirs = FreePort.Find();
        int hub = isToldByLibtorrent ? theirs : ports[0];
        List<PeerProcess> swarm = [];
        try
        {
            swarm.Add(Seed(folder, torrentPath, ports[0], theirs));
            swarm.Add(PeerProcess.Start("libtorrent", Home(folder, "libtorrent"), [
                "/usr/bin/python3", "-u", "-c", Libtorrent, torrentPath, Home(folder, "theirs"), Text(theirs)]));
            foreach (int port in ports[1..])
                swarm.Add(Leech(folder, torrentPath, port, hub));
            await Eventually.TrueAsync(
                () => swarm.TrueForAll(
                    member => member.Title == "libtorrent" || PortsSeenBy(member).Contains(hub) || member.Title == $"pieces {hub}"),
                Limit, () => "everybody to know the first", Token);
            int own = FreePort.Find();
            await using PeerProcess late = Leech(folder, torrentPath, own, hub);
            await Eventually.TrueAsync(
                () => swarm.TrueForAll(member => IsConnected(late, own, member, theirs)), Limit, () => $"the last, {own}, to find everybody", Token);
        }
        finally
        {
            TestOutput.Write(string.Join('\n', swarm.Select(member => $"---- {member.Title}\n{Last(member.Output)}")));
            foreach (PeerProcess member in swarm)
                await member.DisposeAsync();
        }
    }

    // Either client may have dialled the other.
    private static bool IsConnected(PeerProcess late, int own, PeerProcess member, int theirs)
    {
        if (member.Title == "libtorrent")
            return PortsSeenBy(late).Contains(theirs) || member.Output.Split('\n', ' ').Contains(Text(own));
        int port = int.Parse(member.Title["pieces ".Length..], CultureInfo.InvariantCulture);
        return PortsSeenBy(late).Contains(port) || PortsSeenBy(member).Contains(own);
    }

    // For an inbound peer, the event contains the port from which it dialled, which is not a listen port of any client.
    private static HashSet<int> PortsSeenBy(PeerProcess member)
    {
        string[] lines = [.. member.Output.Split('\n').Where(line => line.StartsWith("{\"v\"", StringComparison.Ordinal))];
        IEnumerable<JsonObject> events = lines.Length == 0 ? [] : EventLines.Parse(string.Concat(lines.Select(line => line.Trim() + "\n")));
        return [.. events.Of("peer").Where(e => e.Text("state") == "connected").Select(e => PortOf(e.Text("address")!))];
    }

    private static int PortOf(string address) => int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);

    private static string Last(string output) => output.Length > 2000 ? output[^2000..] : output;

    private static PeerProcess Seed(TempFolder folder, string torrentPath, int port, int peer) => PeerProcess.Start(
        $"pieces {port}",
        Home(folder, Text(port)),
        [
            PiecesProcess.Executable, "seed", torrentPath, "--data", folder["data"], "--no-trackers", "--no-dht", "--no-lsd", "-p", Text(port),
            "--up-limit", "20K", "--json", "--peer", $"127.0.0.1:{peer}"]);

    private static PeerProcess Leech(TempFolder folder, string torrentPath, int port, int peer) => PeerProcess.Start(
        $"pieces {port}",
        Home(folder, Text(port)),
        [
            PiecesProcess.Executable, "download", torrentPath, "-o", folder[Text(port)], "--no-trackers", "--no-dht", "--no-lsd", "-p", Text(port),
            "--down-limit", "20K", "--up-limit", "20K", "--json", "--peer", $"127.0.0.1:{peer}"]);

    private static string Home(TempFolder folder, string name) => Directory.CreateDirectory(folder["home " + name]).FullName;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
