using System.Net;
using System.Net.Sockets;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Share;

/// <summary>
/// Counts complete downloads by others. There are two witnesses: the peer's own connection, and the tracker it reports to. Both may tell of one download, and a
/// program need not call itself the same to both, so that port and address decide as well. In doubt it is one. Anyone can report to the tracker, so a host counts
/// only if bytes were sent to it, and at most once for each connection over which they were. Safe for all threads.
/// </summary>
internal sealed class ShareLedger
{
    /// <summary>Hosts that are remembered; the one that was served first is forgotten first, and what was counted stays counted.</summary>
    public const int MaxHosts = 4096;

    /// <summary>Downloads that are told apart at one host.</summary>
    public const int MaxPerHost = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Host> _hosts = [];
    private readonly Queue<IPAddress> _inOrder = new();
    private readonly Dictionary<PeerId, Download> _byId = [];
    private readonly Dictionary<(AddressFamily Family, int Port), Download> _byPort = [];
    private int _count;

    /// <summary>Downloads so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>The first bytes were sent over a connection.</summary>
    public void Served(IPAddress address)
    {
        address = Plain(address);
        lock (_gate)
        {
            if (!_hosts.TryGetValue(address, out Host? host))
            {
                if (_inOrder.Count == MaxHosts)
                    Forget(_inOrder.Dequeue());
                _inOrder.Enqueue(address);
                _hosts.Add(address, host = new Host());
            }

            host.Connections++;
        }
    }

    /// <summary>A connected peer has everything.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Saw(PeerNotice peer) => Add(new Download(Witness.Connection, peer.Id, Plain(peer.Address.Address), peer.ListenPort));

    /// <summary>A peer told the tracker that it has everything.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Heard(TrackedPeer peer) => Add(new Download(Witness.Tracker, peer.Id, Plain(peer.Address.Address), peer.Address.Port));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool Add(Download told)
    {
        lock (_gate)
        {
            if (Find(told) is { } known)
            {
                known.By |= told.By;
                known.Port ??= told.Port;
                Index(known);
                return false;
            }

            if (!_hosts.TryGetValue(told.Address, out Host? host) || host.Downloads.Count >= Math.Min(host.Connections, MaxPerHost))
                return false;
            host.Downloads.Add(told);
            Index(told);
            _count++;
            return true;
        }
    }

    private Download? Find(Download told)
    {
        if (told.Id is { } id && _byId.TryGetValue(id, out Download? same))
            return same;
        if (_hosts.TryGetValue(told.Address, out Host? host)
            && host.Downloads.Find(known => (known.By & told.By) == 0 && (known.Port is null || told.Port is null || known.Port == told.Port)) is { } there)
            return there;
        AddressFamily other = told.Address.AddressFamily == AddressFamily.InterNetwork ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return told.Port is { } port && _byPort.TryGetValue((other, port), out Download? twin) && (twin.By & told.By) == 0 ? twin : null;
    }

    private void Index(Download download)
    {
        if (download.Id is { } id)
            _byId.TryAdd(id, download);
        if (download.Port is { } port)
            _byPort.TryAdd((download.Address.AddressFamily, port), download);
    }

    private void Forget(IPAddress address)
    {
        if (!_hosts.Remove(address, out Host? host))
            return;
        foreach (Download download in host.Downloads)
        {
            if (download.Id is { } id)
                _byId.Remove(id);
            if (download.Port is { } port)
                _byPort.Remove((address.AddressFamily, port));
        }
    }

    [Flags]
    private enum Witness
    {
        Connection = 1,
        Tracker = 2,
    }

    private sealed class Host
    {
        public int Connections { get; set; }

        public List<Download> Downloads { get; } = [];
    }

    private sealed class Download
    {
        public Download(Witness by, PeerId? id, IPAddress address, int? port)
        {
            By = by;
            Id = id;
            Address = address;
            Port = port;
        }

        public Witness By { get; set; }

        public PeerId? Id { get; }

        public IPAddress Address { get; }

        public int? Port { get; set; }
    }
}
