using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Decides which pieces the only seed reveals to which peer (BEP 16): each piece to one leecher at first, so that nothing is uploaded twice before
/// everything was uploaded once. Unlike in BEP 16, a peer is shown several pieces at a time, in the order of the torrent: as many as it can download
/// until the next ones are revealed. A piece that no peer obtains is shown to another peer. Pure except for the timestamps passed in. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class SuperSeedPolicy
{
    /// <summary>
    /// Maximum number of pieces of a torrent that is super-seeded. Larger torrents are seeded in the usual way, since every piece needs a <c>have</c>
    /// message of nine bytes per peer.
    /// </summary>
    public const int MaxPieces = 8192;

    /// <summary>
    /// If a peer makes no progress with a piece that was revealed to it for this time (in seconds), the piece may be revealed to another peer.
    /// </summary>
    public const double StaleSeconds = 2;

    /// <summary>A peer that makes no progress for this time (in seconds) with the pieces revealed to it sees all pieces.</summary>
    public const double StuckSeconds = 10;

    // Number of pieces that are revealed to a peer ahead of its download, that is, pieces that it lacks: this minimum, plus as many as it downloads
    // in AheadSeconds.
    private const int LeastShown = 2;
    private const double AheadSeconds = 0.5;

    private readonly PieceTable _table;
    private readonly Dictionary<SenderId, Bitfield> _shown = [];
    private readonly Dictionary<SenderId, Progress> _progress = [];
    private readonly Dictionary<SenderId, Progress> _gains = [];
    private readonly Assignment[] _assignments;
    private readonly double _frequency;
    private int _cursor;
    private int _unreplicated;

    /// <summary>Creates an instance for a torrent of which we have all pieces.</summary>
    public SuperSeedPolicy(PieceTable table, TimeProvider time)
    {
        _table = table;
        _frequency = time.TimestampFrequency;
        _assignments = new Assignment[table.Layout.PieceCount];
    }

    /// <summary>Whether every piece has a copy in the swarm. Super-seeding ends then.</summary>
    public bool IsDone => _table.Unreplicated == 0;

    /// <summary>The peers that only see the pieces revealed to them.</summary>
    public IReadOnlyCollection<SenderId> Led => _shown.Keys;

    /// <summary>Whether a peer only sees the pieces revealed to it.</summary>
    public bool Leads(SenderId peer) => _shown.ContainsKey(peer);

    /// <summary>Starts to super-seed a peer: from now on, it only sees the pieces revealed to it.</summary>
    public void Begin(SenderId peer) => _shown[peer] = new Bitfield(_table.Layout.PieceCount);

    /// <summary>A peer has left. The pieces it had may be without a copy again.</summary>
    public void Forget(SenderId peer)
    {
        _shown.Remove(peer);
        _progress.Remove(peer);
        _gains.Remove(peer);
    }

    /// <summary>A peer has requested a block of a piece, so the piece is on its way to the peer.</summary>
    public void OnAsked(PeerState peer, PieceIndex piece, long now)
    {
        if (_table.CopiesOf(piece) > 0)
            return;
        _assignments[piece.Value] = new Assignment(peer.Id, now, IsAsked: true);
        _progress[peer.Id] = new Progress(peer.Uploaded.Total, now);
    }

    /// <summary>A peer has been choked. The pieces that it was expected to download may be revealed to other peers.</summary>
    public void OnChoked(SenderId peer)
    {
        for (int i = FirstUnreplicated(); i < _assignments.Length; i++)
        {
            if (_assignments[i].Peer == peer)
                _assignments[i] = default;
        }
    }

    /// <summary>
    /// Finds the next piece to reveal to a peer. Returns false if the peer has enough for now or nothing is left for it. A choked peer is shown a
    /// single piece that it lacks, so that it becomes interested. The same piece may be revealed to other peers too.
    /// </summary>
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
            _assignments[found] = new Assignment(peer.Id, now, IsAsked: false);
        piece = _table.Layout.Piece(found);
        return true;
    }

    /// <summary>
    /// Whether a peer makes no progress with the pieces revealed to it. It may want only pieces that were not revealed to it and that no other
    /// peer sends it. An interested peer that is choked is not stuck: it only waits for its turn.
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

    /// <summary>Ends super-seeding of one peer. Returns the pieces that were not revealed to it, which must be announced now.</summary>
    public IEnumerable<PieceIndex> TakeRest(SenderId peer)
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
        for (int i = FirstUnreplicated(); i < _assignments.Length; i++)
        {
            if (_table.CopiesOf(i) == 0 && !shown[i] && !IsUnderWay(_assignments[i], now))
                return i;
        }

        return -1;
    }

    // Whether the piece was just revealed to a peer, or was requested by a peer that is making progress.
    private bool IsUnderWay(Assignment assignment, long now)
    {
        if (assignment.Peer == SenderId.None)
            return false;
        long stale = now - (long)(StaleSeconds * _frequency);
        return assignment.At >= stale || (assignment.IsAsked && _progress.TryGetValue(assignment.Peer, out Progress progress)
            && progress.At >= stale);
    }

    private int FirstUnreplicated()
    {
        // A peer that leaves, or withdraws a piece, may have had the only copy.
        if (_table.Unreplicated > _unreplicated)
            _cursor = 0;
        _unreplicated = _table.Unreplicated;
        while (_cursor < _assignments.Length && _table.CopiesOf(_cursor) > 0)
            _cursor++;
        return _cursor;
    }

    private void Note(PeerState peer, long now)
    {
        if (!_progress.TryGetValue(peer.Id, out Progress progress) || progress.Bytes != peer.Uploaded.Total)
            _progress[peer.Id] = new Progress(peer.Uploaded.Total, now);
    }

    // The peer that is expected to download a piece, since when, and whether it has requested it.
    private readonly record struct Assignment(SenderId Peer, long At, bool IsAsked);

    // The amount that a peer had received when it last made progress, and the time of that. In _gains, the amount includes its number of pieces.
    private readonly record struct Progress(long Bytes, long At);
}
