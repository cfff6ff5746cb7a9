using System.Net;
using Serilog;

namespace Pieces.Net;

/// <summary>
/// The client's UDP port, of the same number as the port on which it listens for peers: one socket for each address family. Several protocols share
/// it as handlers. Where it cannot be opened, the client works without UDP. Safe for all threads.
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

    /// <summary>Creates it; nothing is opened before <see cref="TryOpen"/>.</summary>
    /// <param name="ports">Knows the port of the listener; where there is no listener, any port is taken.</param>
    /// <param name="open">
    /// Opens a socket of IPv6 (true) or IPv4 on a port. Returns null where there is no such family, and throws an <see cref="IOException"/> where the
    /// port is taken.
    /// </param>
    /// <param name="timeProvider">Times the pauses of a socket that reports faults.</param>
    /// <param name="logger">Receives what cannot be opened.</param>
    public UdpPort(PortState ports, Func<bool, int, IDatagramSocket?> open, TimeProvider timeProvider, ILogger logger)
    {
        _ports = ports;
        _open = open;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>The sockets, at most one of each family; none while it is closed.</summary>
    public IReadOnlyList<DatagramHub> Hubs => Volatile.Read(ref _hubs);

    /// <summary>The number that it is to have: that of the listener; 0 for any.</summary>
    public int Number => _ports.Bound;

    /// <summary>Opens the sockets, if nobody has tried before.</summary>
    /// <param name="fault">Why there is none.</param>
    /// <returns>Whether there is at least one.</returns>
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

    /// <summary>Shows every datagram to a handler from now on, after those that are there already.</summary>
    public void Add(IDatagramHandler handler)
    {
        foreach (DatagramHub hub in Hubs)
            hub.Add(handler);
    }

    /// <summary>Sends a datagram at once; false when the system does not take it, or there is no socket of that family.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => HubOf(to.IsV6)?.TrySend(datagram, to) == true;

    /// <summary>The local port that receives datagrams from <paramref name="peer"/>; null when there is none.</summary>
    public int? NumberFor(IPAddress peer) => HubOf(CompactEndPoint.From(peer, 0).IsV6)?.Port;

    /// <summary>Closes the sockets; it stays closed.</summary>
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
