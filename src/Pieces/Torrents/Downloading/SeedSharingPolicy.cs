using Pieces.Net;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides what to request from a seed while there are more leechers than seeds. A block that a seed sends twice is a block that it cannot send to
/// another leecher, so the whole swarm, including us, would finish later. From a seed we request only pieces that no leecher has, and among those
/// only the ones that are assigned to us by lot (<see cref="PieceLots"/>, shared with other leechers that run this program). All other pieces are
/// requested from leechers. If nothing is left to request, we wait (<see cref="SeedPatience"/>) and then request a piece that is assigned to another
/// leecher, which may have left. As an <see cref="IPeerPieces"/>, this object contains the pieces that may be requested from a seed now. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class SeedSharingPolicy : IPeerPieces
{
    /// <summary>
    /// Minimum time, in seconds, that a seed must be idle before we request from it a piece that is assigned to a leecher other than us. The time
    /// doubles whenever that leecher was fetching the piece after all, and halves when it was not.
    /// </summary>
    public const double LeastPatience = 0.25;

    /// <summary>Maximum of that time, in seconds.</summary>
    public const double MostPatience = 8;

    // A leecher that has just connected counts as contributing for this time (in seconds), since it has had no chance to send anything. Later, if
    // seeds send us more than leechers do, seeds are not scarce and there is no crowd.
    private const int GraceSeconds = 3;

    // Maximum number of hosts that are granted this grace period. Further hosts get none, so that connections from more and more addresses cannot
    // prolong it.
    private const int MostGraces = 4096;

    // With this many contributing leechers, a piece that any leecher has will soon reach one of them, so it is not requested from a seed. The first
    // needed piece is an exception: its owner might not share it.
    private const int EnoughGivers = 3;

    // Maximum number of pieces examined per search in the map. It is larger than any window.
    private const int MostLooked = 4096;

    private readonly PieceManager _pieces;
    private readonly PieceLots _lots;
    private readonly Dictionary<SenderId, ulong> _drawers = [];
    private readonly List<BlockProvider> _givers = [];
    private readonly TimeProvider _time;
    private readonly SeedPatience _patience;
    private readonly SharingTrial _trial;
    private readonly Dictionary<CompactEndPoint, long> _graces = [];
    private int _most;
    private bool _takesForeign;

    /// <summary>Creates an instance.</summary>
    /// <param name="pieces">The pieces to download and their providers.</param>
    /// <param name="own">Our own name in the lots.</param>
    /// <param name="time">Provides the timestamp frequency.</param>
    public SeedSharingPolicy(PieceManager pieces, ulong own, TimeProvider time)
    {
        _pieces = pieces;
        _lots = new PieceLots(own);
        _time = time;
        _patience = new SeedPatience(time.TimestampFrequency);
        _trial = new SharingTrial(time.TimestampFrequency);
    }

    /// <summary>Whether there is a crowd: seeds are few, other leechers need them too, and these leechers contribute.</summary>
    public bool IsCrowded { get; private set; }

    /// <summary>
    /// Decides again whether there is a crowd, and which leechers contribute. Called at every tick of the torrent's loop, which is every 250 ms while
    /// data is transferred, and when a provider has joined or has stated its pieces.
    /// </summary>
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

            // The claims of a peer do not count. Only leechers count that have sent verified data and still send data, and for a short time leechers
            // that have just connected. The latter take part in the lots, too: when a crowd starts together, the pieces are divided before any
            // leecher has contributed.
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
            provider.Requests.Window.IsConservative = provider.IsInSwarm && IsCrowded && leechers >= EnoughGivers;
        _lots.SetOthers(names);
    }

    /// <summary>A peer takes part in the lots under this name; null: it does not take part.</summary>
    public void SetLot(SenderId peer, ulong? name)
    {
        if (name is { } drawn)
            _drawers[peer] = drawn;
        else
            _drawers.Remove(peer);
        Look();
    }

    /// <summary>A leecher has a piece that no leecher had before.</summary>
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

    /// <summary>Whether requests to a provider must be chosen through this map.</summary>
    public bool AppliesTo(BlockProvider provider) =>
        IsCrowded && provider.IsInSwarm && provider.Pieces.HasAll && _pieces.Table.UnreplicatedNeeded > 0;

    /// <summary>Returns the map of what may be requested from a seed now.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="most">Number of pieces, counted from the first needed one and among those that no leecher has, that all leechers together may
    /// request from seeds.</param>
    /// <param name="now">Timestamp.</param>
    public IPeerPieces Show(BlockProvider seed, int most, long now)
    {
        _most = most;
        _takesForeign = _patience.IsOver(seed, now);
        return this;
    }

    /// <summary>
    /// A piece was picked. If it is assigned to a leecher other than us, no further such piece is picked before the seed is idle again.
    /// </summary>
    public void OnPicked(PieceIndex piece)
    {
        if (_takesForeign && !_lots.IsMine(piece.Value) && _pieces.Table.CopiesOf(piece) == _pieces.Table.Seeds)
            _patience.OnTaken(piece);
        _takesForeign = false;
    }

    /// <summary>A seed has been sent all requests that are possible now.</summary>
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

    // The grace period is granted once per host, not per connection.
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

    // Whether the piece is among the first that leechers may request from seeds now. If fewer pieces are in progress, each of them arrives sooner,
    // and leechers wait for the first pieces of the window.
    private bool IsNext(PieceIndex piece)
    {
        if (_most == int.MaxValue)
            return true;
        int ahead = 0;
        for (int i = _pieces.Table.FirstNeeded; i >= 0 && i < piece.Value && ahead < _most; i = _pieces.Table.Needed.NextSet(i + 1))
            ahead += _pieces.Table.CopiesOf(i) == _pieces.Table.Seeds ? 1 : 0;
        return ahead < _most;
    }

    // Whether a leecher that sends to us has the piece.
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
