using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// The client's UDP port, with the same number as the port on which it listens for peers: one socket per address family. Several protocols share it
/// as handlers. If it cannot be opened, the client works without UDP. Safe for all threads.
/// </summary>
internal sealed class UdpPort : IAsyncDisposable
{
    private readonly Func<bool, int, IDatagramSocket?> _open;
    private readonly PortState _ports;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private DatagramHub[] _hubs = [];
    private string? _fault;
    private bool _isTried;

    /// <summary>Creates an instance; nothing is opened before <see cref="TryOpen"/>.</summary>
    /// <param name="ports">The port of the listener; if there is no listener, any port is used.</param>
    /// <param name="open">
    /// Opens a socket of IPv6 (true) or IPv4 on a port. Returns null if the family is not available, and throws an <see cref="IOException"/> if the
    /// port is in use.
    /// </param>
    /// <param name="timeProvider">Times the pauses of a socket that reports errors.</param>
    /// <param name="logger">Log of the sockets that cannot be opened.</param>
    public UdpPort(PortState ports, Func<bool, int, IDatagramSocket?> open, TimeProvider timeProvider, ILogger logger)
    {
        _ports = ports;
        _open = open;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>The sockets, at most one per address family; empty while the port is closed.</summary>
    public IReadOnlyList<DatagramHub> Hubs => Volatile.Read(ref _hubs);

    /// <summary>The wanted port number: that of the listener, or 0 for any.</summary>
    public int Number => _ports.Bound;

    /// <summary>Opens the sockets unless that has been tried before.</summary>
    /// <param name="fault">Why there is no socket.</param>
    /// <returns>Whether there is at least one socket.</returns>
    public bool TryOpen(out string fault)
    {
        lock (_gate)
        {
            if (!_isTried)
            {
                _isTried = true;
                _fault = Open();
            }

            fault = _fault ?? "";
            return _fault is null;
        }
    }

    /// <summary>Adds a handler after the existing ones on all sockets.</summary>
    public void Add(IDatagramHandler handler)
    {
        foreach (DatagramHub hub in Hubs)
            hub.Add(handler);
    }

    /// <summary>Sends a datagram at once; false if the system refuses it or there is no socket of that address family.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => HubOf(to.IsV6)?.TrySend(datagram, to) == true;

    /// <summary>The local port that receives datagrams from <paramref name="peer"/>; null if there is none.</summary>
    public int? NumberFor(IPAddress peer) => HubOf(CompactEndPoint.From(peer, 0).IsV6)?.Port;

    /// <summary>Closes the sockets. They cannot be opened again.</summary>
    public async ValueTask DisposeAsync()
    {
        DatagramHub[] hubs;
        lock (_gate)
        {
            _isTried = true;
            _fault ??= "closed";
            hubs = _hubs;
            Volatile.Write(ref _hubs, []);
        }

        foreach (DatagramHub hub in hubs)
            await hub.DisposeAsync().ConfigureAwait(false);
    }

    private DatagramHub? HubOf(bool isV6) => Array.Find(Volatile.Read(ref _hubs), hub => hub.IsV6 == isV6);

    // Returns why there is no socket, or null when there is at least one. IPv6 is optional.
    private string? Open()
    {
        int port = Number;
        List<DatagramHub> hubs = [];
        foreach (bool isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            try
            {
                if (_open(isV6, port) is not { } socket)
                    continue;
                hubs.Add(new DatagramHub(socket, _timeProvider, _logger));
                port = socket.Port;
            }
            catch (IOException e) when (hubs.Count == 0)
            {
                _logger.Debug("UDP port {Port} cannot be opened: {Reason:l}", port, e.Message);
                return e.Message;
            }
            catch (IOException e)
            {
                _logger.Debug("UDP port {Port}: no IPv6: {Reason:l}", port, e.Message);
            }
        }

        if (hubs.Count == 0)
            return "this system has no network";
        hubs.ForEach(hub => hub.Start());
        Volatile.Write(ref _hubs, [.. hubs]);
        return null;
    }
}
