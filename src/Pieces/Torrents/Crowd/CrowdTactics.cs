using Pieces.Peers;

namespace Pieces.Torrents.Crowd;

/// <summary>What we do in a crowd around a seed: super-seeding while we are the seed, lots while we are not. Owned by the torrent's loop.</summary>
internal sealed class CrowdTactics
{
    private readonly ShowDesk _show;
    private readonly LotsDesk _lots;

    /// <summary>Joins the two.</summary>
    public CrowdTactics(ShowDesk show, LotsDesk lots)
    {
        _show = show;
        _lots = lots;
    }

    /// <summary>A peer has joined. True when our pieces are revealed to it one by one.</summary>
    public bool IsSuperSeededTo(PeerState peer) => _show.Receive(peer);

    /// <summary>A peer that was just greeted is shown the first of the pieces that are revealed to it.</summary>
    public void OnGreeted(PeerState peer) => _show.Serve(peer);

    /// <summary>A peer has sent something: pieces that it spread earn it the next, and it may have become a seed that unchokes us.</summary>
    public void OnMessages(PeerState peer)
    {
        _show.Serve(peer);
        _lots.Tend(peer);
    }

    /// <summary>Time has passed.</summary>
    public void Tick() => _show.Tick();

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer) => _show.Forget(peer);
}
