using System.Net;
using System.Net.Sockets;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Share;

/// <summary>
/// Counts completed downloads by other peers. Reports come from two sources: the connection to the peer, and the tracker that the peer announces to.
/// Both may report the same download, and a client may use a different peer id for each, so port and address are compared too. If in doubt, two
/// reports count as one download. Anyone can announce to the tracker, so a host counts only if data was sent to it, and at most once for each
/// connection over which data was sent. Thread-safe.
/// </summary>
internal sealed class ShareLedger
{
    /// <summary>
    /// Maximum number of hosts that are remembered. The host that was served first is forgotten first; its downloads remain counted.
    /// </summary>
    public const int MaxHosts = 4096;

    /// <summary>Maximum number of downloads that are counted for one host.</summary>
    public const int MaxPerHost = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Host> _hosts = [];
    private readonly Queue<IPAddress> _inOrder = new();
    private readonly Dictionary<PeerId, Download> _byId = [];
    private readonly Dictionary<(AddressFamily Family, int Port), Download> _byPort = [];
    private int _count;

    /// <summary>Number of completed downloads so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Notes that the first data was sent over a connection.</summary>
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

    /// <summary>Notes that a connected peer has all pieces.</summary>
    /// <returns>Whether this is a new download.</returns>
    public bool Saw(PeerNotice peer) => Add(new Download(Witness.Connection, peer.Id, Plain(peer.Address.Address), peer.ListenPort));

    /// <summary>Notes that a peer has announced to the tracker that it has all pieces.</summary>
    /// <returns>Whether this is a new download.</returns>
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
            && host.Downloads.Find(
                known => (known.By & told.By) == 0 && (known.Port is null || told.Port is null || known.Port == told.Port)) is { } there)
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
