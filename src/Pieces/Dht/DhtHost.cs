using System.Net;
using Pieces.Dht.Queries;
using Pieces.Net;
using Serilog;

namespace Pieces.Dht;

/// <summary>
/// The node that all torrents of a client share. The first one that wants it starts it, on the client's UDP port; where that cannot be opened, they go
/// on without. Safe for all threads.
/// </summary>
internal sealed class DhtHost : IAsyncDisposable
{
    private readonly UdpPort _port;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private DhtNode? _node;
    private bool _isTried;

    /// <summary>Creates it; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">How the node behaves.</param>
    /// <param name="port">The client's UDP port, which stays the client's.</param>
    public DhtHost(DhtOptions options, UdpPort port)
    {
        Options = options;
        _port = port;
        _logger = options.Logger;
    }

    /// <summary>How the node behaves.</summary>
    public DhtOptions Options { get; }

    /// <summary>The node; null when it was not wanted yet, or cannot be had.</summary>
    public DhtNode? Node => Volatile.Read(ref _node);

    /// <summary>Starts the node, if nobody has; null when it cannot be had.</summary>
    public DhtNode? Start()
    {
        lock (_gate)
        {
            if (_isTried)
                return _node;
            _isTried = true;
            if (!_port.TryOpen(out string fault))
            {
                _logger.Warning("the DHT is not used: UDP port {Port} cannot be had: {Reason:l}", _port.Number, fault);
                return null;
            }

            var node = new DhtNode(Options, _port.Hubs);
            node.Start();
            _logger.Debug("DHT: on UDP port {Port}{Families:l}", _port.Hubs[0].Port, _port.Hubs.Count > 1 ? ", IPv4 and IPv6" : "");
            Volatile.Write(ref _node, node);
            return node;
        }
    }

    /// <summary>The UDP port at which a peer that reached us by that family can ask our node; null when there is none, or it answers nobody.</summary>
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
