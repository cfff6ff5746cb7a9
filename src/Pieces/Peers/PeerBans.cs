using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>
/// The peers banned for bad data. A public host is banned until the program ends. If other peers may share its address (<see cref="BlameKey"/>) or
/// have sent good data from it, only that port is banned until the program ends, and the peer's id for a period that doubles each time. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class PeerBans
{
    /// <summary>Maximum number of banned ports; a new one evicts the oldest.</summary>
    public const int MaxPorts = 4096;

    /// <summary>
    /// Maximum number of bans for which the address of a public host is spared because of honest peers at that address; then the whole address is
    /// banned.
    /// </summary>
    public const int MaxSpared = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly HashSet<BlameKey> _banned = [];
    private readonly Queue<BlameKey> _ports = new();
    private readonly Dictionary<(BudgetKey Network, PeerId Id), Pause> _pauses = [];
    private readonly Dictionary<BudgetKey, int> _spared = [];
    private readonly TimeProvider _time;

    public PeerBans(TimeProvider time) => _time = time;

    /// <summary>Number of bans since the program started.</summary>
    public int Count { get; private set; }

    /// <summary>Bans a peer.</summary>
    /// <param name="peer">The remote address of its socket.</param>
    /// <param name="id">Its id.</param>
    /// <param name="hasHonestNeighbours">Whether other peers have sent good data from the same address.</param>
    /// <returns>False if it was already banned: several bad pieces may identify the same peer.</returns>
    public bool Add(IPEndPoint peer, PeerId id, bool hasHonestNeighbours)
    {
        if (Includes(peer, id))
            return false;
        Count++;
        var network = BudgetKey.Of(peer.Address);
        bool isShared = network.IsShared;
        if (!isShared && !(hasHonestNeighbours && ++CollectionsMarshal.GetValueRefOrAddDefault(_spared, network, out _) <= MaxSpared))
        {
            _banned.Add(BlameKey.Of(peer));
            return true;
        }

        AddPort(BlameKey.OfPort(peer));
        if (_pauses.Count >= MaxPorts)
            _pauses.Clear();
        ref Pause pause = ref CollectionsMarshal.GetValueRefOrAddDefault(_pauses, (network, id), out _);
        TimeSpan length = FirstPause * Math.Pow(2, Math.Min(pause.Times++, 10));
        pause.Until = _time.GetTimestamp() + (long)(Math.Min(length.TotalSeconds, LongestPause.TotalSeconds) * _time.TimestampFrequency);
        return true;
    }

    /// <summary>Whether an address is banned for every peer id.</summary>
    public bool Includes(IPEndPoint address) =>
        _banned.Count > 0 && (_banned.Contains(BlameKey.Of(address)) || _banned.Contains(BlameKey.OfPort(address)));

    /// <summary>Whether a peer is banned.</summary>
    public bool Includes(IPEndPoint address, PeerId id) => Includes(address)
        || (_pauses.TryGetValue((BudgetKey.Of(address.Address), id), out Pause pause) && _time.GetTimestamp() < pause.Until);

    private void AddPort(BlameKey port)
    {
        if (_ports.Count == MaxPorts)
            _banned.Remove(_ports.Dequeue());
        if (_banned.Add(port))
            _ports.Enqueue(port);
    }

    private struct Pause
    {
        public int Times;
        public long Until;
    }
}
