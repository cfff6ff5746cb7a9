using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Dht;

/// <summary>
/// The DHT node that all torrents of a client share. The first torrent that uses the DHT starts it, on the client's UDP port. If the port cannot be
/// opened, torrents run without the DHT. Safe for all threads.
/// </summary>
internal sealed class DhtHost : IAsyncDisposable
{
    private readonly UdpPort _port;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private DhtNode? _node;
    private bool _isTried;

    /// <summary>Creates the host; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">Options of the node.</param>
    /// <param name="port">The client's UDP port. The caller keeps ownership.</param>
    public DhtHost(DhtOptions options, UdpPort port)
    {
        Options = options;
        _port = port;
        _logger = options.Logger;
    }

    /// <summary>Options of the node.</summary>
    public DhtOptions Options { get; }

    /// <summary>The node; null if it has not been started or could not be started.</summary>
    public DhtNode? Node => Volatile.Read(ref _node);

    /// <summary>
    /// Starts the node on the first call and returns it. Later calls return the result of the first one: null if the UDP port could not be opened, or
    /// if this object was disposed first.
    /// </summary>
    public DhtNode? Start()
    {
        lock (_gate)
        {
            if (_isTried)
                return _node;
            _isTried = true;
            if (!_port.TryOpen(out string fault))
            {
                _logger.Warning("the DHT is not used: UDP port {Port} cannot be opened: {Reason:l}", _port.Number, fault);
                return null;
            }

            var node = new DhtNode(Options, _port.Hubs);
            node.Start();
            _logger.Debug("DHT: on UDP port {Port}{Families:l}", _port.Hubs[0].Port, _port.Hubs.Count > 1 ? ", IPv4 and IPv6" : "");
            Volatile.Write(ref _node, node);
            return node;
        }
    }

    /// <summary>
    /// The UDP port at which a peer of this address family can query our node; null if there is no node or it does not answer queries.
    /// </summary>
    public int? PortFor(IPAddress peer) => Node is null || Options.IsReadOnly ? null : _port.NumberFor(peer);

    /// <summary>Ends the node; the port stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isTried = true;
        if (Node is { } node)
            await node.DisposeAsync().ConfigureAwait(false);
    }
}
