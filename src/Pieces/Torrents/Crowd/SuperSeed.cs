using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Decides which pieces the only seed shows to whom (BEP 16): each piece to one leecher at first, so that nothing is sent twice before everything was
/// sent once. Unlike the BEP's, a peer is shown several pieces at one time, as many as it can take while the next are told, in the order of the
/// torrent; a piece that nobody comes by is shown to another. Pure but for the clock that is handed in. Owned by the torrent's loop.
/// </summary>
internal sealed class SuperSeed
{
    /// <summary>Larger torrents are seeded the usual way: each piece has to be told by itself, nine bytes a piece and peer.</summary>
    public const int MaxPieces = 8192;

    /// <summary>Who was shown a piece and does not have it after so many seconds is not waited for.</summary>
    public const double StaleSeconds = 2;

    /// <summary>Who gets nowhere for so many seconds with what it is shown sees everything.</summary>
    public const double StuckSeconds = 10;

    // Pieces that a peer may have been shown and not have: so many, and what it takes in this time.
    private const int LeastShown = 2;
    private const double AheadSeconds = 0.5;

    private readonly PieceTable _table;
    private readonly Dictionary<SourceId, Bitfield> _shown = [];
    private readonly Dictionary<SourceId, Progress> _progress = [];
    private readonly Dictionary<SourceId, Progress> _gains = [];
    private readonly Errand[] _errands;
    private readonly double _frequency;
    private int _cursor;
    private int _lonely;

    /// <summary>Makes it for a torrent of which we have everything.</summary>
    public SuperSeed(PieceTable table, TimeProvider time)
    {
        _table = table;
        _frequency = time.TimestampFrequency;
        _errands = new Errand[table.Layout.PieceCount];
    }

    /// <summary>Whether every piece is with somebody: from now on anybody may have anything.</summary>
    public bool IsDone => _table.Lonely == 0;

    /// <summary>Those who see but what they are shown.</summary>
    public IReadOnlyCollection<SourceId> Led => _shown.Keys;

    /// <summary>Whether a peer sees but what it is shown.</summary>
    public bool Leads(SourceId peer) => _shown.ContainsKey(peer);

    /// <summary>From now on a peer sees but what it is shown.</summary>
    public void Begin(SourceId peer) => _shown[peer] = new Bitfield(_table.Layout.PieceCount);

    /// <summary>A peer has left; what it had may be lonely again.</summary>
    public void Forget(SourceId peer)
    {
        _shown.Remove(peer);
        _progress.Remove(peer);
        _gains.Remove(peer);
    }

    /// <summary>A peer asks for a block of a piece: it is on its way to it.</summary>
    public void OnAsked(PeerState peer, PieceIndex piece, long now)
    {
        if (_table.CopiesOf(piece) > 0)
            return;
        _errands[piece.Value] = new Errand(peer.Id, now, IsAsked: true);
        _progress[peer.Id] = new Progress(peer.Uploaded.Total, now);
    }

    /// <summary>A peer may not ask any more: what it was to come by may go to others.</summary>
    public void OnChoked(SourceId peer)
    {
        for (int i = FirstLonely(); i < _errands.Length; i++)
        {
            if (_errands[i].Peer == peer)
                _errands[i] = default;
        }
    }

    /// <summary>The next piece to show to a peer; false when it has enough for now or nothing is left for it. One that we choke is shown a single
    /// piece that it lacks, which others may be shown too: so that it is interested.</summary>
    public bool TryShow(PeerState peer, long now, out PieceIndex piece)
    {
        piece = default;
        if (!_shown.TryGetValue(peer.Id, out Bitfield? shown))
            return false;
        Note(peer, now);
        double rate = peer.Uploaded.BytesPerSecond(now);
        int most = peer.Flags.AmChoking ? 1 : LeastShown + (int)Math.Ceiling(rate * AheadSeconds / _table.Layout.PieceLength);
        if (shown.Count - peer.Pieces.CountCommon(shown) >= most)
            return false;

        int found = Next(peer, shown, now);
        if (found < 0)
            return false;
        shown.Set(found);
        if (!peer.Flags.AmChoking)
            _errands[found] = new Errand(peer.Id, now, IsAsked: false);
        piece = _table.Layout.Piece(found);
        return true;
    }

    /// <summary>
    /// Whether a peer gets nowhere with what it is shown: it may want other pieces, or such as those have who share nothing with it. Who wants what
    /// it was shown and is choked only waits for its turn.
    /// </summary>
    public bool IsStuck(PeerState peer, long now)
    {
        if (!_shown.ContainsKey(peer.Id))
            return false;
        long sum = peer.Uploaded.Total + peer.Pieces.Count;
        bool isWaiting = peer.Flags.AmChoking && peer.Flags.PeerInterested;
        if (!isWaiting && _gains.TryGetValue(peer.Id, out Progress gain) && gain.Bytes == sum)
            return now - gain.At >= StuckSeconds * _frequency;
        _gains[peer.Id] = new Progress(sum, now);
        return false;
    }

    /// <summary>The end for one peer: the pieces that it was not shown, to be told now.</summary>
    public IEnumerable<PieceIndex> TakeRest(SourceId peer)
    {
        if (!_shown.Remove(peer, out Bitfield? shown))
            yield break;
        for (int i = 0; i < shown.Length; i++)
        {
            if (!shown[i])
                yield return _table.Layout.Piece(i);
        }
    }

    private int Next(PeerState peer, Bitfield shown, long now)
    {
        for (int i = FirstLonely(); i < _errands.Length; i++)
        {
            if (_table.CopiesOf(i) == 0 && !shown[i] && !IsUnderWay(_errands[i], now))
                return i;
        }

        return -1;
    }

    // Somebody was just shown it, or has asked for it and gets on.
    private bool IsUnderWay(Errand errand, long now)
    {
        if (errand.Peer == SourceId.None)
            return false;
        long stale = now - (long)(StaleSeconds * _frequency);
        return errand.At >= stale || (errand.IsAsked && _progress.TryGetValue(errand.Peer, out Progress progress) && progress.At >= stale);
    }

    private int FirstLonely()
    {
        // A peer that leaves, or withdraws a piece, may have been the only one that had it.
        if (_table.Lonely > _lonely)
            _cursor = 0;
        _lonely = _table.Lonely;
        while (_cursor < _errands.Length && _table.CopiesOf(_cursor) > 0)
            _cursor++;
        return _cursor;
    }

    private void Note(PeerState peer, long now)
    {
        if (!_progress.TryGetValue(peer.Id, out Progress progress) || progress.Bytes != peer.Uploaded.Total)
            _progress[peer.Id] = new Progress(peer.Uploaded.Total, now);
    }

    // Who is to come by a piece, since when, and whether it has asked for it.
    private readonly record struct Errand(SourceId Peer, long At, bool IsAsked);

    // How much a peer had got when it last got on.
    private readonly record struct Progress(long Bytes, long At);
}
