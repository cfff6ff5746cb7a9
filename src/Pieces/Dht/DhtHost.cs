using System.Net;
using System.Net.Sockets;
using Pieces.Dht.Queries;
using Pieces.Net;
using Serilog;

namespace Pieces.Dht;

/// <summary>
/// The node that all torrents of a client share. The first one that wants it starts it, on UDP ports of the number that peers dial us on; where that
/// cannot be had, they go on without. Safe for all threads.
/// </summary>
internal sealed class DhtHost : IAsyncDisposable
{
    private readonly Func<bool, int, IDatagramSocket?> _open;
    private readonly Func<int> _port;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<DatagramHub> _hubs = [];
    private DhtNode? _node;
    private bool _isTried;

    /// <summary>Makes one; no socket is opened before <see cref="Start"/>.</summary>
    /// <param name="options">How the node behaves.</param>
    /// <param name="port">The port that peers dial us on, or 0: then any will do.</param>
    /// <param name="open">
    /// Opens a socket of IPv6 or IPv4 on a port: null where that family is none of ours; throws <see cref="IOException"/> where the port cannot be
    /// had.
    /// </param>
    public DhtHost(DhtOptions options, Func<int> port, Func<bool, int, IDatagramSocket?> open)
    {
        Options = options;
        _port = port;
        _open = open;
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
            if (OpenSockets() is { } reason)
            {
                _logger.Warning("the DHT is not used: UDP port {Port} cannot be had: {Reason:l}", _port(), reason);
                return null;
            }

            var node = new DhtNode(Options, _hubs);
            node.Start();
            _hubs.ForEach(hub => hub.Start());
            _logger.Debug("DHT: on UDP port {Port}{Families:l}", _hubs[0].Port, _hubs.Count > 1 ? ", IPv4 and IPv6" : "");
            Volatile.Write(ref _node, node);
            return node;
        }
    }

    /// <summary>The UDP port at which whoever reached us by that family can ask our node; null when there is none, or it answers nobody.</summary>
    public int? PortFor(IPAddress peer)
    {
        if (Node is null || Options.IsReadOnly)
            return null;
        bool isV6 = peer is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false };
        lock (_gate)
            return _hubs.Find(hub => hub.IsV6 == isV6)?.Port;
    }

    /// <summary>Ends the node, and closes its sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        DatagramHub[] hubs;
        lock (_gate)
        {
            _isTried = true;
            hubs = [.. _hubs];
            _hubs.Clear();
        }

        if (Node is { } node)
            await node.DisposeAsync().ConfigureAwait(false);
        foreach (DatagramHub hub in hubs)
            await hub.DisposeAsync().ConfigureAwait(false);
    }

    // Null when there is one at least, else why there is none. IPv6 is taken along where it can be had.
    private string? OpenSockets()
    {
        int port = _port();
        foreach (bool isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            try
            {
                if (_open(isV6, port) is not { } socket)
                    continue;
                _hubs.Add(new DatagramHub(socket, Options.TimeProvider, _logger));
                port = socket.Port;
            }
            catch (IOException e) when (_hubs.Count == 0)
            {
                return e.Message;
            }
            catch (IOException e)
            {
                _logger.Debug("DHT: no IPv6: {Reason:l}", e.Message);
            }
        }

        return _hubs.Count > 0 ? null : "this system has no network";
    }
}
