using Pieces.Net;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// What to ask a seed for while there are more leechers than seeds. What a seed sends twice it cannot send to others once, so that the crowd ends
/// later, and we with it: of a seed we ask for what no leecher has, each leecher of our kind for those that fall to it by lot (<see
/// cref="PieceLots"/>), and of leechers for the rest. Who has nothing to ask for waits a while and then takes one piece that fell to another, who may
/// have gone. As a map it is what a seed has for us now. Owned by the torrent's loop.
/// </summary>
internal sealed class SeedCourtesy : IPieceMap
{
    /// <summary>A seed that could send us something is left alone for so long, in seconds, before it is asked for what fell to another: longer each
    /// time that the other was fetching it after all, shorter when it was not.</summary>
    public const double LeastPatience = 0.25;

    /// <summary>The longest that it is left alone, in seconds.</summary>
    public const double MostPatience = 8;

    // Leechers that have just come have had no time to give anything. Later, seeds that give us more than they do are no scarce good.
    private const int GraceSeconds = 3;

    // Hosts that have had their time; those beyond get none, so that nobody gets it again and again by coming from ever new addresses.
    private const int MostGraces = 4096;

    // With so many who give us what we ask for, what a leecher has will soon be with one of them. Unless that one keeps it to
    // itself: so the first piece that we need is asked of a seed all the same.
    private const int EnoughGivers = 3;

    // The view of a seed looks at so many pieces for one answer: enough for any window.
    private const int MostLooked = 4096;

    private readonly PieceManager _pieces;
    private readonly PieceLots _lots;
    private readonly Dictionary<SourceId, ulong> _drawers = [];
    private readonly List<BlockProvider> _givers = [];
    private readonly TimeProvider _time;
    private readonly SeedPatience _patience;
    private readonly CourtesyTrial _trial;
    private readonly Dictionary<CompactEndPoint, long> _graces = [];
    private int _most;
    private bool _takesForeign;

    /// <summary>Makes it.</summary>
    /// <param name="pieces">What is downloaded, and from whom.</param>
    /// <param name="own">Our own name in lots.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    public SeedCourtesy(PieceManager pieces, ulong own, TimeProvider time)
    {
        _pieces = pieces;
        _lots = new PieceLots(own);
        _time = time;
        _patience = new SeedPatience(time.TimestampFrequency);
        _trial = new CourtesyTrial(time.TimestampFrequency);
    }

    /// <summary>Whether seeds are few, others wait for them too, and those give us what they can.</summary>
    public bool IsCrowded { get; private set; }

    /// <summary>Looks at who is there; to be called a few times a second, and when somebody has come.</summary>
    public void Look()
    {
        List<ulong> names = [];
        _givers.Clear();
        long now = _time.GetTimestamp();
        int leechers = 0;
        int seeds = 0;
        double fromSeeds = 0;
        double fromLeechers = 0;
        bool isNew = false;
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (!provider.IsInSwarm)
                continue;
            if (provider.Pieces.HasAll)
            {
                seeds++;
                fromSeeds += provider.Downloaded.BytesPerSecond(now);
                continue;
            }

            // What a peer says of itself is no reason for courtesy: only one that has given, and still does, is worth it, and for a moment one that
            // has just come. In that moment its name counts too: a crowd that begins together divides the pieces before anyone has given.
            double rate = provider.Downloaded.BytesPerSecond(now);
            bool gives = provider.VerifiedBytes > 0 && rate > 0;
            bool hasGrace = HasGrace(provider, now);
            isNew |= hasGrace;
            if (!gives && !hasGrace)
                continue;
            leechers++;
            fromLeechers += rate;
            if (!provider.Link.IsChoking && !provider.Requests.Window.IsSnubbed)
                _givers.Add(provider);
            if (_drawers.TryGetValue(provider.Id, out ulong name))
                names.Add(name);
        }

        bool mayBeCrowd = leechers > 0 && leechers >= seeds && (isNew || fromSeeds <= fromLeechers);
        IsCrowded = _trial.Allows(IsCrowded, _pieces.Received.Total, now) && mayBeCrowd;
        foreach (BlockProvider provider in _pieces.Providers)
            provider.Requests.Window.IsShy = provider.IsInSwarm && IsCrowded && leechers >= EnoughGivers;
        _lots.SetOthers(names);
    }

    /// <summary>A peer says under which name it draws lots; null: it draws none.</summary>
    public void SetLot(SourceId peer, ulong? name)
    {
        if (name is { } drawn)
            _drawers[peer] = drawn;
        else
            _drawers.Remove(peer);
        Look();
    }

    /// <summary>A leecher has a piece that none had before.</summary>
    public void OnBrought(PieceIndex piece) => _patience.OnBrought(piece);

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece) => _patience.OnStored(piece);

    /// <summary>A provider has left.</summary>
    public void Forget(BlockProvider provider)
    {
        _drawers.Remove(provider.Id);
        _patience.Forget(provider.Id);
        _givers.Remove(provider);
    }

    /// <summary>Whether what a provider is asked for is to be chosen through this map.</summary>
    public bool AppliesTo(BlockProvider provider) =>
        IsCrowded && provider.IsInSwarm && provider.Pieces.HasAll && _pieces.Table.LonelyNeeded > 0;

    /// <summary>Shows what may be asked of a seed now.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="most">So many of the first pieces that no leecher has may be asked of seeds, by all together.</param>
    /// <param name="now">Timestamp.</param>
    public IPieceMap Show(BlockProvider seed, int most, long now)
    {
        _most = most;
        _takesForeign = _patience.IsOver(seed, now);
        return this;
    }

    /// <summary>A piece was chosen: a foreign one is the last for a while.</summary>
    public void OnPicked(PieceIndex piece)
    {
        if (_takesForeign && !_lots.IsMine(piece.Value) && _pieces.Table.CopiesOf(piece) == _pieces.Table.Seeds)
            _patience.OnTaken(piece);
        _takesForeign = false;
    }

    /// <summary>A seed has been asked for what there is to ask for.</summary>
    public void OnFilled(BlockProvider seed, long now) => _patience.OnFilled(seed, now);

    /// <inheritdoc/>
    public bool Has(PieceIndex piece)
    {
        if (_takesForeign)
            return true;
        if (_pieces.Table.CopiesOf(piece) > _pieces.Table.Seeds)
            return (_givers.Count < EnoughGivers || piece.Value == _pieces.Table.FirstNeeded) && !IsGiven(piece);
        return _pieces.Table.StatusOf(piece) == PieceStatus.Open || (_lots.IsMine(piece.Value) && IsNext(piece));
    }

    /// <inheritdoc/>
    public int NextCommon(Bitfield among, int start)
    {
        int at = among.NextSet(start);
        for (int i = 0; at >= 0 && i < MostLooked; i++)
        {
            if (Has(_pieces.Layout.Piece(at)))
                return at;
            at = among.NextSet(at + 1);
        }

        return -1;
    }

    // Once for each host, whoever comes from there.
    private bool HasGrace(BlockProvider provider, long now)
    {
        if (!_graces.TryGetValue(provider.Host, out long since))
        {
            if (_graces.Count >= MostGraces)
                return false;
            _graces.Add(provider.Host, since = now);
        }

        return now - since < GraceSeconds * _time.TimestampFrequency;
    }

    // Fewer at one time come sooner, each of them, and leechers wait for the first of the window.
    private bool IsNext(PieceIndex piece)
    {
        if (_most == int.MaxValue)
            return true;
        int ahead = 0;
        for (int i = _pieces.Table.FirstNeeded; i >= 0 && i < piece.Value && ahead < _most; i = _pieces.Table.Needed.NextSet(i + 1))
            ahead += _pieces.Table.CopiesOf(i) == _pieces.Table.Seeds ? 1 : 0;
        return ahead < _most;
    }

    // Whether a leecher that lets us have what we ask for has it.
    private bool IsGiven(PieceIndex piece)
    {
        foreach (BlockProvider giver in _givers)
        {
            if (giver.Pieces.Has(piece))
                return true;
        }

        return false;
    }
}
