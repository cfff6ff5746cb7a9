using System.Collections.Immutable;
using System.Net;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>
/// The part of one torrent in the DHT: searches for its peers, announces it, and exchanges DHT nodes with its peers. It does nothing before
/// <see cref="Begin"/>, which is not called for a private torrent (BEP 27), and nothing after <see cref="LeaveAsync"/>. Owned by the torrent's loop.
/// </summary>
internal sealed class TorrentDht : IDhtSink, IAsyncDisposable
{
    /// <summary>Maximum number of DHT nodes that are taken from a torrent or a link.</summary>
    public const int MaxNodes = 50;

    private readonly TorrentContext _context;
    private readonly PeerNames _names;
    private readonly CancellationTokenSource _leaving = new();
    private DhtNode? _node;
    private DhtAnnouncer? _announcer;
    private readonly HashSet<SenderId> _named = [];

    /// <summary>Creates an instance. The torrent may be private.</summary>
    /// <param name="context">The torrent.</param>
    /// <param name="names">Resolves the host names of the nodes that the torrent names.</param>
    public TorrentDht(TorrentContext context, PeerNames names)
    {
        _context = context;
        _names = names;
    }

    /// <summary>Whether the DHT is searched for the torrent's peers.</summary>
    public bool IsUnderWay => _announcer is not null;

    /// <summary>Number of nodes in the routing tables of the client's DHT node; null while the DHT is not searched for this torrent.</summary>
    public int? Nodes => IsUnderWay ? _node!.Stats.NodesV4 + _node.Stats.NodesV6 : null;

    int? IDhtSink.AnnouncedPort => _context.Services.Ports.Announced is > 0 and var port ? port : null;

    bool IDhtSink.IsSeed => _context.Inbox.Counters.Left == 0;

    /// <summary>Starts the DHT search, if the client takes part in the DHT. Must be called once.</summary>
    /// <param name="nodes">Nodes that the torrent or its link names, as <c>host:port</c>.</param>
    public void Begin(ImmutableArray<string> nodes)
    {
        if (_context.Services.Dht is not { } host || host.Start() is not { } node)
            return;
        _node = node;
        _context.Inbox.UsesDht = true;
        _announcer = new DhtAnnouncer(node, _context.Swarm, this, host.Options with { Random = new Random(_context.Random.Next()) });
        _announcer.Start();
        foreach (string text in nodes.Take(MaxNodes))
        {
            if (!MagnetAddress.TryParse(text, out EndPoint? named))
                continue;
            if (named is IPEndPoint address)
                node.AddNode(address);
            else if (named is DnsEndPoint name)
                _names.LookUp(name, NameSource.Stranger, found => AddNodes(node, found), _leaving.Token);
        }
    }

    /// <summary>The torrent runs out of peers: brings the next search forward.</summary>
    public void NeedPeers() => _announcer?.NeedPeers();

    /// <summary>Sends a peer the port of our DHT node (<c>port</c> message, BEP 5), if the peer supports the DHT too.</summary>
    public void Greet(IPeerLink link)
    {
        if (IsUnderWay && link.SupportsDht && _context.Services.Dht!.PortFor(link.RemoteEndPoint.Address) is { } port)
            link.Send(new PortMessage((ushort)port));
    }

    /// <summary>A peer sent the port of its DHT node. Only the first such message of a connection is used.</summary>
    public void OnPort(PeerState peer, PortMessage message)
    {
        if (!IsUnderWay || !peer.Link.SupportsDht || !_named.Add(peer.Id))
            return;
        _node!.AddNode(new IPEndPoint(SocketText.Unmapped(peer.Link.RemoteEndPoint).Address, message.Port));
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer) => _named.Remove(peer.Id);

    /// <summary>Ends every search. Nothing is sent to the DHT for this torrent afterwards.</summary>
    public async Task LeaveAsync()
    {
        _context.Inbox.UsesDht = false;
        DhtAnnouncer? announcer = _announcer;
        _announcer = null;
        await _leaving.CancelAsync().ConfigureAwait(false);
        if (announcer is not null)
            await announcer.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        _leaving.Dispose();
    }

    void IDhtSink.OnDhtPeers(IReadOnlyList<IPEndPoint> peers) => _context.Inbox.Post(new PeersFound(peers, PeerOrigin.Dht));

    void IDhtSink.OnDhtSearched(DhtSearchResult result) => _context.Inbox.Post(new DhtSearched(result.Answers, result.Peers));

    private static void AddNodes(DhtNode node, IReadOnlyList<IPEndPoint> found)
    {
        foreach (IPEndPoint endPoint in found)
            node.AddNode(endPoint);
    }
}
