using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// The peers that claim the same size. They fill one assembly together until two of them disagree or its hash is wrong. From then on, each peer fills
/// an assembly of its own, so that wrong data can be attributed to its sender. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class MetadataGroup
{
    /// <summary>Maximum number of peers from which the same part is requested concurrently. A silent peer then causes no delay.</summary>
    public const int MaxAskers = 3;

    private readonly Dictionary<SenderId, MetadataAssembly> _own = [];
    private readonly List<MetadataOffer> _offers = [];
    private readonly Dictionary<int, int> _askers = [];
    private readonly MetadataAssembly _shared;
    private readonly int _slots;
    private bool _hasTurn;

    /// <summary>Creates a group without peers.</summary>
    /// <param name="size">The claimed size, in bytes.</param>
    /// <param name="slots">Maximum number of peers that fill assemblies of their own concurrently.</param>
    public MetadataGroup(int size, int slots)
    {
        Size = size;
        _slots = slots;
        _shared = new MetadataAssembly(size);
    }

    /// <summary>The claimed size, in bytes.</summary>
    public int Size { get; }

    /// <summary>Whether each peer fills an assembly of its own.</summary>
    public bool IsApart { get; private set; }

    /// <summary>The peers of the group.</summary>
    public IReadOnlyList<MetadataOffer> Offers => _offers;

    /// <summary>The assemblies being filled.</summary>
    public IEnumerable<MetadataAssembly> Assemblies => IsApart ? _own.Values : [_shared];

    /// <summary>Received bytes of the most advanced assembly.</summary>
    public int Furthest => IsApart ? _own.Values.Select(own => own.Held).DefaultIfEmpty().Max() : _shared.Held;

    /// <summary>Timestamp of the last new part; the start of the group's turn if no part has arrived since then.</summary>
    public long ProgressAt { get; set; }

    /// <summary>Timestamp of the start of the group's last turn.</summary>
    public long ActiveSince { get; private set; }

    /// <summary>Adds a peer.</summary>
    public void Add(MetadataOffer offer) => _offers.Add(offer);

    /// <summary>Removes a peer. Returns its own assembly, if it had one.</summary>
    public MetadataAssembly? Remove(MetadataOffer offer)
    {
        _offers.Remove(offer);
        return _own.Remove(offer.Peer, out MetadataAssembly? own) ? own : null;
    }

    /// <summary>Returns the assembly that a peer fills.</summary>
    public MetadataAssembly AssemblyOf(SenderId peer)
    {
        if (!IsApart)
            return _shared;
        if (!_own.TryGetValue(peer, out MetadataAssembly? own))
            _own[peer] = own = new MetadataAssembly(Size);
        return own;
    }

    /// <summary>Separates the peers: each part moves to the assembly of its sender. Returns the parts of peers that have left.</summary>
    public List<KeyValuePair<int, MetadataPart>> Separate()
    {
        IsApart = true;
        var orphans = new List<KeyValuePair<int, MetadataPart>>();
        foreach (KeyValuePair<int, MetadataPart> part in _shared.Parts)
        {
            if (_offers.Exists(offer => offer.Peer == part.Value.Sender))
                AssemblyOf(part.Value.Sender).Add(part.Key, part.Value);
            else
                orphans.Add(part);
        }

        _shared.Clear();
        return orphans;
    }

    /// <summary>Takes back late requests, and appends the requests to send now.</summary>
    public void Fill(long now, List<MetadataAsk> into)
    {
        _askers.Clear();
        foreach (MetadataOffer offer in _offers)
        {
            offer.Expire(now);
            offer.CountAsked(_askers);
        }

        int free = _slots;
        foreach (MetadataOffer offer in _offers)
        {
            if (IsApart && !offer.IsPaused(now) && free-- <= 0)
                break;
            while (offer.HasRoom(now) && Choose(offer) is { } part)
            {
                offer.Ask(part, now);
                _askers[part] = _askers.GetValueOrDefault(part) + 1;
                into.Add(new MetadataAsk(offer.Peer, part));
            }
        }
    }

    /// <summary>Starts a turn, in which metadata of this size is requested, unless one is in progress.</summary>
    public void BeginTurn(long now)
    {
        if (_hasTurn)
            return;
        _hasTurn = true;
        ActiveSince = ProgressAt = now;
    }

    /// <summary>Ends the turn. In the next turn, another peer of the group comes first.</summary>
    public void EndTurn()
    {
        _hasTurn = false;
        if (_offers.Count <= _slots || !IsApart)
            return;
        MetadataOffer first = _offers[0];
        _offers.RemoveAt(0);
        _offers.Add(first);
    }

    // Chooses the part that is requested from the fewest peers. If each peer fills an assembly of its own, chooses the next missing part.
    private int? Choose(MetadataOffer offer)
    {
        MetadataAssembly assembly = AssemblyOf(offer.Peer);
        int? best = null;
        int fewest = IsApart ? 1 : MaxAskers;
        int count = MetadataCodec.PartCount(Size);
        for (int part = 0; part < count && fewest > 0; part++)
        {
            if (assembly.Has(part) || offer.IsAsked(part))
                continue;
            int askers = IsApart ? 0 : _askers.GetValueOrDefault(part);
            if (askers < fewest)
                (best, fewest) = (part, askers);
        }

        return best;
    }
}

/// <summary>A part to request from a peer.</summary>
internal readonly record struct MetadataAsk(SenderId Peer, int Part);
