using System.Globalization;
using System.Net;
using System.Text;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>
/// A closed DHT in a separate network, in which each node has an address of its own. It consists of nodes of libtorrent, aria2 and Transmission, or
/// only of the program under test, and of the clients that a test adds. There is no tracker, and no client searches for peers in any other way.
/// </summary>
internal sealed class DhtSpace : IAsyncDisposable
{
    private const int Port = 6881;
    private const int LibtorrentNodes = 12;
    private const int OwnNodes = 12;
    private const int ReportedLines = 60;

    // Transmission searches only if it knows more than eight other nodes.
    private const string CrowdScript = """
        import signal, sys
        import libtorrent

        first, port, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        sessions = []
        for i in range(count):
            sessions.append(libtorrent.session({
                "listen_interfaces": "10.77.0.%d:%s" % (first + i, port), "enable_dht": True, "enable_lsd": False, "enable_upnp": False,
                "enable_natpmp": False, "dht_bootstrap_nodes": "10.77.0.%d:%s" % (first, port),
                "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False,
            }))
        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        while not ending:
            for session in sessions:
                session.wait_for_alert(100)
                session.pop_alerts()
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("pieces-interop-").FullName;
    private readonly NetworkSpace _space = new();
    private readonly List<PeerProcess> _processes = [];
    private int _hosts = 1;

    public DhtSpace()
    {
        Sample = SampleTorrents.OneFile(9, "http://127.0.0.1:9/announce");
        TorrentFile = Path.Combine(_root, "sample.torrent");
        File.WriteAllBytes(TorrentFile, Sample.TorrentBytes);
    }

    public TestTorrent Sample { get; }

    public string TorrentFile { get; }

    /// <summary>A magnet link that contains only the info-hash.</summary>
    public string Link => $"magnet:?xt=urn:btih:{Convert.ToHexStringLower(Sample.InfoHash)}";

    /// <summary>Creates a folder.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    /// <summary>Returns an unused address, with the port that all clients use.</summary>
    public IPEndPoint NextHost()
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"10.77.0.{_hosts++}");
        _space.Ip("addr", "add", address + "/24", "dev", "lo").Should().Be(0);
        return new IPEndPoint(IPAddress.Parse(address), Port);
    }

    /// <summary>Starts nodes of other clients that do not have the torrent. Returns the addresses of some of them.</summary>
    public IReadOnlyList<IPEndPoint> AddCrowd()
    {
        IPEndPoint[] nodes = [.. Enumerable.Range(0, LibtorrentNodes).Select(_ => NextHost())];
        string first = nodes[0].Address.ToString().Split('.')[^1];
        Run("crowd of libtorrent", Folder("crowd"), ["/usr/bin/python3", "-u", "-c", CrowdScript, first, $"{Port}", $"{nodes.Length}"]);
        string other = Path.Combine(_root, "other.torrent");
        File.WriteAllBytes(other, Other().TorrentBytes);
        foreach (string name in (string[])["aria2", "Transmission"])
        {
            IPEndPoint host = NextHost();
            var job = new RealClientJob(other, Folder($"{name} node data"), Folder($"{name} node"), host.Port);
            Run($"{name} node", job.Home, DhtClient.Of(name).Command(job, host.Address, nodes));
            nodes = [.. nodes, host];
        }

        return nodes;
    }

    /// <summary>
    /// Starts nodes of the program under test. Each seeds another torrent and uses the first one as bootstrap node. Returns their addresses.
    /// </summary>
    public IReadOnlyList<IPEndPoint> AddOwnCrowd()
    {
        TestTorrent other = Other();
        string torrent = Path.Combine(_root, "other.torrent");
        File.WriteAllBytes(torrent, other.TorrentBytes);
        IPEndPoint[] nodes = [.. Enumerable.Range(0, OwnNodes).Select(_ => NextHost())];
        for (int i = 0; i < nodes.Length; i++)
        {
            string data = Folder($"node {i} data");
            other.WriteContent(data);
            StartPieces(nodes[i], nodes[i == 0 ? 1 : 0], "seed", torrent, "--data", data);
        }

        return nodes;
    }

    /// <summary>Starts another client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="host">The address to use.</param>
    /// <param name="folder">The folder that contains its data, and to which missing data is written.</param>
    /// <param name="link">The link that the client gets instead of the torrent; null for the torrent.</param>
    /// <param name="nodes">The bootstrap nodes.</param>
    public PeerProcess Start(DhtClient client, IPEndPoint host, string folder, string? link, IReadOnlyList<IPEndPoint> nodes)
    {
        var job = new RealClientJob(TorrentFile, folder, Folder(client.Name + " home"), host.Port, link);
        return Run(client.Name, job.Home, client.Command(job, host.Address, nodes));
    }

    /// <summary>Starts the program under test.</summary>
    public PeerProcess StartPieces(IPEndPoint host, IPEndPoint node, params string[] arguments)
    {
        string[] where = ["--interface", $"{host.Address}", "-p", $"{host.Port}", "--dht-bootstrap", $"{node}"];
        string[] noOther = ["--no-trackers", "--no-pex", "--no-lsd", "-vv"];
        return Run($"pieces {arguments[0]}", Folder($"pieces {arguments[0]} home"), [PiecesProcess.Executable, .. arguments, .. where, .. noOther]);
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = _processes.Count - 1; i >= 0; i--)
            await _processes[i].DisposeAsync();
        TestOutput.Write(Report());
        _space.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    // Returns a torrent that no client in this network searches for.
    private static TestTorrent Other() => SampleTorrents.OneFile(10, "http://127.0.0.1:9/announce");

    private PeerProcess Run(string title, string home, IEnumerable<string> command)
    {
        var process = PeerProcess.Start(title, home, _space.Prefix.Concat(command));
        _processes.Add(process);
        return process;
    }

    private string Report()
    {
        var report = new StringBuilder();
        foreach (PeerProcess process in _processes)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"---- {process.Title}");
            report.AppendJoin('\n', process.Output.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).TakeLast(ReportedLines)).AppendLine();
        }

        return report.ToString();
    }
}
