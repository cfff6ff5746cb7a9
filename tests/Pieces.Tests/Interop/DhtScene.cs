using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>A closed DHT of several of our nodes and one other client, and a torrent that no tracker knows.</summary>
internal sealed class DhtScene : IAsyncDisposable
{
    private const int ReportedLines = 60;

    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(2);

    private readonly string _root = Directory.CreateTempSubdirectory("pieces-interop-").FullName;
    private readonly IPAddress _address;
    private readonly List<(DhtNode Node, DatagramHub Hub)> _nodes = [];
    private PeerProcess? _client;
    private long? _searchedAt;

    private DhtScene(IPAddress address)
    {
        _address = address;
        // The torrent names a tracker that does not exist: port 9 is the discard service, or closed.
        Sample = SampleTorrents.OneFile(5, "http://127.0.0.1:9/announce");
        File.WriteAllBytes(Path.Combine(_root, "sample.torrent"), Sample.TorrentBytes);
        InfoHash = SwarmKey.FromBytes(Sample.InfoHash);
    }

    public TestTorrent Sample { get; }

    public SwarmKey InfoHash { get; }

    /// <summary>The address at which the other client accepts peers.</summary>
    public IPEndPoint? Client { get; private set; }

    /// <summary>Starts our nodes, which use the first one as bootstrap node, and the client.</summary>
    /// <param name="client">The client to start.</param>
    /// <param name="hasContent">Whether the client has the whole content.</param>
    public static DhtScene Set(DhtClient client, bool hasContent)
    {
        var scene = new DhtScene(client.LivesOnLoopback ? IPAddress.Loopback : OwnAddress());
        string folder = Directory.CreateDirectory(Path.Combine(scene._root, "theirs")).FullName;
        string home = Directory.CreateDirectory(Path.Combine(scene._root, "home")).FullName;
        if (hasContent)
            scene.Sample.WriteContent(folder);
        int port = FreePort.Find();
        scene.Client = new IPEndPoint(scene._address, port);
        for (int i = 0; i < client.NodesNeeded; i++)
            scene.AddNode(port);
        var job = new RealClientJob(Path.Combine(scene._root, "sample.torrent"), folder, home, port);
        IPEndPoint[] nodes = [.. scene._nodes.Select(node => new IPEndPoint(scene._address, node.Hub.Port))];
        scene._client = PeerProcess.Start(client.Name, home, client.Command(job, scene._address, nodes));
        return scene;
    }

    /// <summary>Whether one of our nodes finds the peer.</summary>
    public async Task<bool> FindsAsync(IPEndPoint peer, CancellationToken cancellationToken)
    {
        if (_client!.HasExited)
            throw new InvalidOperationException($"{_client.Title} has exited too early");
        if (!IsDue())
            return false;
        foreach ((DhtNode node, _) in _nodes)
        {
            await foreach (IPEndPoint found in node.FindPeersAsync(InfoHash, cancellationToken))
            {
                if (found.Equals(peer))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Announces a port as ours from every node. Returns the number of nodes that stored it.</summary>
    public async Task<int> AnnounceAsync(int port, CancellationToken cancellationToken)
    {
        int keepers = 0;
        if (!IsDue())
            return keepers;
        var search = new DhtSearch { Target = NodeId.Of(InfoHash), WantsPeers = true, AnnouncedPort = port };
        foreach ((DhtNode node, _) in _nodes)
            keepers += (await node.SearchAsync(search, onPeers: null, cancellationToken)).Keepers;
        return keepers;
    }

    /// <summary>Listens on the port that is announced to peers.</summary>
    public TcpListener Listen()
    {
        var listener = new TcpListener(_address, 0);
        listener.Start();
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        TestOutput.Write(Report());
        foreach ((DhtNode node, DatagramHub hub) in _nodes)
        {
            await node.DisposeAsync();
            await hub.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    private static IPAddress OwnAddress()
    {
        IPAddress? own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        if (own is null)
            Assert.Skip("this machine has no address but loopback");
        return own;
    }

    // On an address that is not loopback, a node keeps only one other node of that address. There, each of our nodes must know the client, which
    // knows all of them.
    private void AddNode(int clientPort)
    {
        var hub = new DatagramHub(new Outbound(new LocalBinding(_address)).OpenUdp(isV6: false, 0)!, TimeProvider.System, NullLogger.Instance);
        List<int> ports = [clientPort];
        if (_nodes.Count > 0 && IPAddress.IsLoopback(_address))
            ports.Add(_nodes[0].Hub.Port);
        DnsEndPoint[] bootstrap = [.. ports.Select(port => new DnsEndPoint($"{_address}", port))];
        var node = new DhtNode(new DhtOptions { AllowLoopback = true, Routers = [], Bootstrap = [.. bootstrap] }, hub);
        _nodes.Add((node, hub));
        hub.Start();
        node.Start();
    }

    // Other clients block an address that sends too many queries, and callers poll this method repeatedly.
    private bool IsDue()
    {
        if (_searchedAt is { } time && Stopwatch.GetElapsedTime(time) < SearchEvery)
            return false;
        _searchedAt = Stopwatch.GetTimestamp();
        return true;
    }

    private string Report()
    {
        var report = new StringBuilder();
        foreach ((DhtNode node, _) in _nodes)
            report.AppendLine(CultureInfo.InvariantCulture, $"{node.Stats}");
        report.AppendJoin('\n', _client?.Output.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).TakeLast(ReportedLines) ?? []);
        return report.ToString();
    }
}
