using System.Net;
using Pieces.Metadata;

namespace Pieces.Tests.Interop;

/// <summary>Another client in a closed DHT, without trackers, local discovery or peer exchange, so that it finds peers only in the DHT.</summary>
internal abstract class DhtClient
{
    /// <summary>The name of the client.</summary>
    public abstract string Name { get; }

    /// <summary>Whether its DHT node works on 127.0.0.0/8. Otherwise the client runs on the machine's own address.</summary>
    public virtual bool LivesOnLoopback => true;

    /// <summary>Whether it searches again only after minutes when its first search finds nothing.</summary>
    public virtual bool SearchesOnce => false;

    /// <summary>Number of nodes that the client must know before it searches.</summary>
    public virtual int NodesNeeded => 3;

    /// <summary>Returns the client with a name.</summary>
    public static DhtClient Of(string name) => new DhtClient[] { new LibtorrentDht(), new Aria2Dht(), new TransmissionDht(), new QBittorrentDht() }
        .Single(client => client.Name == name);

    /// <summary>Returns the program and its arguments. It seeds if the folder contains the content; otherwise it searches for peers.</summary>
    /// <param name="job">Torrent or link, folder, and port, which is also the port of its DHT node.</param>
    /// <param name="address">The address to use.</param>
    /// <param name="nodes">The bootstrap nodes.</param>
    public abstract IReadOnlyList<string> Command(RealClientJob job, IPAddress address, IReadOnlyList<IPEndPoint> nodes);
}

/// <summary>libtorrent (Rasterbar), configured to accept several nodes on one address.</summary>
internal sealed class LibtorrentDht : DhtClient
{
    private const string Script = """
        import signal, sys, time
        import libtorrent

        torrent, folder, address, port = sys.argv[1:5]
        nodes = sys.argv[5:]
        categories = libtorrent.alert.category_t
        session = libtorrent.session({
            "listen_interfaces": address + ":" + port,
            "enable_dht": True, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "dht_bootstrap_nodes": "",
            # All nodes share one address here, and it would shut out an address that asks more often than one node does.
            "dht_block_ratelimit": 1000,
            "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False, "dht_ignore_dark_internet": False,
            "allow_multiple_connections_per_ip": True, "enable_incoming_utp": False, "enable_outgoing_utp": False,
            "alert_mask": int(categories.error_notification | categories.status_notification | categories.dht_notification
                              | categories.peer_notification | categories.connect_notification),
        })
        for node in nodes:
            host, number = node.split(":")
            session.add_dht_node((host, int(number)))
        if torrent.startswith("magnet:"):
            wanted = libtorrent.parse_magnet_uri(torrent)
        else:
            wanted = libtorrent.add_torrent_params()
            wanted.ti = libtorrent.torrent_info(torrent)
        wanted.save_path = folder
        wanted.flags |= libtorrent.torrent_flags.disable_pex
        handle = session.add_torrent(wanted)

        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        while not ending:
            session.wait_for_alert(500)
            for alert in session.pop_alerts():
                print(alert, flush=True)
            handle.force_dht_announce()
            time.sleep(1)
        """;

    public override string Name => "libtorrent";

    public override IReadOnlyList<string> Command(RealClientJob job, IPAddress address, IReadOnlyList<IPEndPoint> nodes) =>
        ["/usr/bin/python3", "-u", "-c", Script, job.Source, job.Folder, $"{address}", $"{job.Port}", .. nodes.Select(node => $"{node}")];
}

/// <summary>aria2 with one bootstrap node.</summary>
internal sealed class Aria2Dht : DhtClient
{
    public override string Name => "aria2";

    public override IReadOnlyList<string> Command(RealClientJob job, IPAddress address, IReadOnlyList<IPEndPoint> nodes) =>
    [
        "aria2c", "--no-conf=true", $"--interface={address}", $"--dir={job.Folder}", $"--listen-port={job.Port}", "--seed-ratio=0.0",
        "--check-integrity=true",
        "--enable-dht=true", $"--dht-listen-port={job.Port}", $"--dht-entry-point={nodes[0]}",
        $"--dht-file-path={Path.Combine(job.Home, "dht.dat")}", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false",
        "--disable-ipv6=true", "--summary-interval=0", "--show-console-readout=false", "--console-log-level=info", "--file-allocation=none",
        job.Source,
    ];
}

/// <summary>Transmission's daemon. Its node ignores datagrams from 127.0.0.0/8, and searches only if it knows more than eight other nodes.</summary>
internal sealed class TransmissionDht : DhtClient
{
    public override string Name => "Transmission";

    public override bool LivesOnLoopback => false;

    public override int NodesNeeded => 12;

    public override IReadOnlyList<string> Command(RealClientJob job, IPAddress address, IReadOnlyList<IPEndPoint> nodes)
    {
        File.WriteAllLines(Path.Combine(job.Home, "dht.bootstrap"), nodes.Select(node => $"{node.Address} {node.Port}"));
        return Transmission.Command(job, address, usesDht: true);
    }
}

/// <summary>qBittorrent. It starts from the public routers unless the torrent or the link names nodes.</summary>
internal sealed class QBittorrentDht : DhtClient
{
    public override string Name => "qBittorrent";

    public override bool SearchesOnce => true;

    public override IReadOnlyList<string> Command(RealClientJob job, IPAddress address, IReadOnlyList<IPEndPoint> nodes)
    {
        string given = job.Link is { } link ? link + string.Concat(nodes.Select(node => $"&dht={node}")) : Naming(job, nodes);
        return QBittorrent.Command(job with { Link = given }, address, usesDht: true);
    }

    private static string Naming(RealClientJob job, IReadOnlyList<IPEndPoint> nodes)
    {
        var metainfo = MetainfoParser.Parse(File.ReadAllBytes(job.TorrentFile));
        var link = new MagnetLink { InfoHash = metainfo.InfoHash, Nodes = [.. nodes.Select(node => $"{node}")] };
        string path = Path.Combine(job.Home, "named.torrent");
        File.WriteAllBytes(path, MetainfoWriter.Write(link, metainfo.InfoBytes.Span));
        return path;
    }
}
