using Pieces.Peers;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Tactics in a crowd around a seed: super-seeding while we are the seed, and lots for pieces while we are a leecher. Owned by the torrent's loop.
/// </summary>
internal sealed class CrowdTactics
{
    private readonly SuperSeeding _show;
    private readonly LotExchange _lots;

    public CrowdTactics(SuperSeeding show, LotExchange lots)
    {
        _show = show;
        _lots = lots;
    }

    /// <summary>A peer has joined. Returns true if our pieces are revealed to it one by one.</summary>
    public bool IsSuperSeededTo(PeerState peer) => _show.Receive(peer);

    /// <summary>The first messages have been sent to a peer: reveals the first pieces to it, if it is super-seeded.</summary>
    public void OnGreeted(PeerState peer) => _show.Serve(peer);

    /// <summary>
    /// A peer has sent messages. If it has spread pieces, the next ones are revealed to it. It may also have become a seed that unchokes us.
    /// </summary>
    public void OnMessages(PeerState peer)
    {
        _show.Serve(peer);
        _lots.Tend(peer);
    }

    /// <summary>Called at every tick.</summary>
    public void Tick() => _show.Tick();

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer) => _show.Forget(peer);
}
