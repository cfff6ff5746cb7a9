using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// The peers that claim the same size. They fill one assembly together until two of them disagree or its hash is wrong; from then on each fills one
/// of its own, so that whoever lies lies alone. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class MetadataGroup
{
    /// <summary>Peers that may be asked for the same part at one time: a silent one then costs nobody a moment.</summary>
    public const int MaxAskers = 3;

    private readonly Dictionary<SourceId, MetadataAssembly> _own = [];
    private readonly List<MetadataOffer> _offers = [];
    private readonly Dictionary<int, int> _askers = [];
    private readonly MetadataAssembly _shared;
    private readonly int _slots;
    private bool _hasTurn;

    /// <summary>Makes one without peers.</summary>
    /// <param name="size">The size that they claim, in bytes.</param>
    /// <param name="slots">Peers that may fill assemblies of their own at one time.</param>
    public MetadataGroup(int size, int slots)
    {
        Size = size;
        _slots = slots;
        _shared = new MetadataAssembly(size);
    }

    /// <summary>The size that they claim, in bytes.</summary>
    public int Size { get; }

    /// <summary>Whether each peer fills an assembly of its own.</summary>
    public bool IsApart { get; private set; }

    /// <summary>Who is in it.</summary>
    public IReadOnlyList<MetadataOffer> Offers => _offers;

    /// <summary>Everything that is being put together.</summary>
    public IEnumerable<MetadataAssembly> Assemblies => IsApart ? _own.Values : [_shared];

    /// <summary>Bytes of the assembly that is furthest.</summary>
    public int Furthest => IsApart ? _own.Values.Select(own => own.Held).DefaultIfEmpty().Max() : _shared.Held;

    /// <summary>Timestamp of the last part that was new, or of the beginning.</summary>
    public long ProgressAt { get; set; }

    /// <summary>Timestamp of the beginning of its turn.</summary>
    public long ActiveSince { get; private set; }

    /// <summary>Takes a peer in.</summary>
    public void Add(MetadataOffer offer) => _offers.Add(offer);

    /// <summary>Lets a peer go. What it filled alone goes with it.</summary>
    public MetadataAssembly? Remove(MetadataOffer offer)
    {
        _offers.Remove(offer);
        return _own.Remove(offer.Peer, out MetadataAssembly? own) ? own : null;
    }

    /// <summary>What a peer fills.</summary>
    public MetadataAssembly AssemblyOf(SourceId peer)
    {
        if (!IsApart)
            return _shared;
        if (!_own.TryGetValue(peer, out MetadataAssembly? own))
            _own[peer] = own = new MetadataAssembly(Size);
        return own;
    }

    /// <summary>From now on each for itself: every part goes to the one who sent it. Parts of those who have left are given back.</summary>
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

    /// <summary>Takes back late requests, and appends what to ask of whom.</summary>
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

    /// <summary>It is asked from now on, if it was not before.</summary>
    public void BeginTurn(long now)
    {
        if (_hasTurn)
            return;
        _hasTurn = true;
        ActiveSince = ProgressAt = now;
    }

    /// <summary>Its turn is over. When it has the next, another of its peers is the first.</summary>
    public void EndTurn()
    {
        _hasTurn = false;
        if (_offers.Count <= _slots || !IsApart)
            return;
        MetadataOffer first = _offers[0];
        _offers.RemoveAt(0);
        _offers.Add(first);
    }

    // The part that fewest are asked for; alone, simply the next.
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

/// <summary>A part to ask a peer for.</summary>
internal readonly record struct MetadataAsk(SourceId Peer, int Part);
