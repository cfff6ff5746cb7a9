using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// What to ask a seed for while there are more leechers than seeds. What a seed sends twice it cannot send to others once, so that the crowd ends later,
/// and we with it: of a seed we ask for what no leecher has, each leecher of our kind for those that fall to it by lot (<see cref="PieceLots"/>), and of
/// leechers for the rest. Who has nothing to ask for waits a while and then takes one piece that fell to another, who may have gone.
/// As a map it is what a seed has for us now. Owned by the torrent's loop.
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

    // With so many who give us what we ask for, what a leecher has will soon be with one of them. Unless that one keeps it to
    // itself: so the first piece that we need is asked of a seed all the same.
    private const int EnoughGivers = 3;

    // The view of a seed looks at so many pieces for one answer: enough for any window.
    private const int MostLooked = 4096;

    private readonly PieceWork _work;
    private readonly PieceLots _lots;
    private readonly Dictionary<SourceId, ulong> _drawers = [];
    private readonly List<ulong> _names = [];
    private readonly List<PeerState> _givers = [];
    private readonly Dictionary<SourceId, long> _idleSince = [];
    private readonly HashSet<PieceIndex> _foreign = [];
    private readonly TimeProvider _time;
    private readonly long _frequency;
    private long? _since;
    private double _patience = LeastPatience * 8;
    private int _most;
    private bool _takesForeign;

    /// <summary>Makes it.</summary>
    /// <param name="work">The torrent's pieces and peers.</param>
    /// <param name="own">Our own name in lots.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    public SeedCourtesy(PieceWork work, ulong own, TimeProvider time)
    {
        _work = work;
        _lots = new PieceLots(own);
        _time = time;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Whether seeds are few, others wait for them too, and those give us what they can.</summary>
    public bool IsCrowded { get; private set; }

    /// <summary>Looks at who is there; to be called a few times a second, and when somebody has come.</summary>
    public void Look()
    {
        _names.Clear();
        _givers.Clear();
        long now = _time.GetTimestamp();
        int leechers = 0;
        int seeds = 0;
        double fromSeeds = 0;
        double fromLeechers = 0;
        foreach (PeerState peer in _work.Peers)
        {
            if (peer.Pieces.HasAll)
            {
                seeds++;
                fromSeeds += peer.Downloaded.BytesPerSecond(now);
                continue;
            }

            leechers++;
            fromLeechers += peer.Downloaded.BytesPerSecond(now);
            if (!peer.Flags.PeerChoking && !peer.Requests.Window.IsSnubbed)
                _givers.Add(peer);
            if (_drawers.TryGetValue(peer.Id, out ulong name))
                _names.Add(name);
        }

        bool mayBeCrowd = leechers > 0 && leechers >= seeds;
        _since = !mayBeCrowd ? null : _since ?? now;
        bool isNew = _since is { } since && now - since < GraceSeconds * _frequency;
        IsCrowded = mayBeCrowd && (isNew || fromSeeds <= fromLeechers);
        foreach (PeerState peer in _work.Peers)
            peer.Requests.Window.IsShy = IsCrowded && leechers >= EnoughGivers;
        _lots.SetOthers(_names);
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
    public void OnBrought(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _patience = Math.Min(_patience * 2, MostPatience);
    }

    /// <summary>A piece is here.</summary>
    public void OnStored(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _patience = Math.Max(_patience / 2, LeastPatience);
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer)
    {
        _drawers.Remove(peer.Id);
        _idleSince.Remove(peer.Id);
        _givers.Remove(peer);
    }

    /// <summary>Whether what a peer is asked for is to be chosen through this map.</summary>
    public bool AppliesTo(PeerState peer) => IsCrowded && peer.Pieces.HasAll && _work.Table.LonelyNeeded > 0;

    /// <summary>Shows what may be asked of a seed now.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="most">So many of the first pieces that no leecher has may be asked of seeds, by all together.</param>
    /// <param name="now">Timestamp.</param>
    public IPieceMap Show(PeerState seed, int most, long now)
    {
        _most = most;
        _takesForeign = seed.Requests.Pending.Count == 0 && _idleSince.TryGetValue(seed.Id, out long since) &&
            now - since >= _patience * _frequency;
        return this;
    }

    /// <summary>A piece was chosen: a foreign one is the last for a while.</summary>
    public void OnPicked(PieceIndex piece)
    {
        if (_takesForeign && !_lots.IsMine(piece.Value) && _work.Table.CopiesOf(piece) == _work.Table.Seeds)
            _foreign.Add(piece);
        _takesForeign = false;
    }

    /// <summary>A seed has been asked for what there is to ask for.</summary>
    public void OnFilled(PeerState seed, long now)
    {
        if (seed.Requests.Pending.Count > 0)
            _idleSince.Remove(seed.Id);
        else
            _idleSince.TryAdd(seed.Id, now);
    }

    /// <inheritdoc/>
    public bool Has(PieceIndex piece)
    {
        if (_takesForeign)
            return true;
        if (_work.Table.CopiesOf(piece) > _work.Table.Seeds)
            return (_givers.Count < EnoughGivers || piece.Value == _work.Table.FirstNeeded) && !IsGiven(piece);
        return _work.Table.StatusOf(piece) == PieceStatus.Open || (_lots.IsMine(piece.Value) && IsNext(piece));
    }

    /// <inheritdoc/>
    public int NextCommon(Bitfield among, int start)
    {
        int at = among.NextSet(start);
        for (int i = 0; at >= 0 && i < MostLooked; i++)
        {
            if (Has(_work.Layout.Piece(at)))
                return at;
            at = among.NextSet(at + 1);
        }

        return -1;
    }

    // Fewer at one time come sooner, each of them, and leechers wait for the first of the window.
    private bool IsNext(PieceIndex piece)
    {
        if (_most == int.MaxValue)
            return true;
        int ahead = 0;
        for (int i = _work.Table.FirstNeeded; i >= 0 && i < piece.Value && ahead < _most; i = _work.Table.Needed.NextSet(i + 1))
            ahead += _work.Table.CopiesOf(i) == _work.Table.Seeds ? 1 : 0;
        return ahead < _most;
    }

    // Whether a leecher that lets us have what we ask for has it.
    private bool IsGiven(PieceIndex piece)
    {
        foreach (PeerState giver in _givers)
        {
            if (giver.Pieces.Has(piece))
                return true;
        }

        return false;
    }
}
