using System.Runtime.InteropServices;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Sends to leechers that run this program whether a seed has unchoked us, and receives the same message from them. These leechers draw lots for the
/// pieces that only seeds have (<see cref="SeedSharingPolicy"/>). Owned by the torrent's loop.
/// </summary>
internal sealed class LotExchange : IPeerExtension
{
    private readonly PeerPool _pool;
    private readonly SeedSharingPolicy _sharing;
    private readonly bool _gives;
    private readonly Dictionary<SenderId, LotState> _states = [];
    private int _seeds;

    /// <summary>Creates an instance.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="sharing">Draws the lots.</param>
    /// <param name="gives">Whether we upload. A piece assigned to a leecher that does not upload would be lost to the others.</param>
    public LotExchange(PeerPool pool, SeedSharingPolicy sharing, bool gives)
    {
        _gives = gives;
        _pool = pool;
        _sharing = sharing;
    }

    /// <inheritdoc/>
    public string Name => LotsCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => ExtensionIds.Lots;

    private bool Draws => _gives && _seeds > 0;

    /// <summary>A peer has sent messages that may change whether we take part in the lots.</summary>
    public void Tend(PeerState peer)
    {
        bool drew = Draws;
        bool letsUs = peer.Pieces.HasAll && !peer.Flags.PeerChoking && peer.Provider.IsUseful;
        Count(ref StateOf(peer), letsUs);
        if (Draws != drew)
            TellAll();
        else
            Tell(peer);
    }

    /// <summary>A peer has sent whether it takes part in the lots.</summary>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload) =>
        _sharing.SetLot(peer.Id, LotsCodec.Decode(payload) ? peer.Link.RemoteId.Tail : null);

    /// <inheritdoc/>
    public void OnLeft(PeerState peer)
    {
        if (!_states.Remove(peer.Id, out LotState state))
            return;
        bool drew = Draws;
        Count(ref state, letsUs: false);
        if (Draws != drew)
            TellAll();
    }

    private ref LotState StateOf(PeerState peer) => ref CollectionsMarshal.GetValueRefOrAddDefault(_states, peer.Id, out _);

    private void Count(ref LotState state, bool letsUs)
    {
        if (state.LetsUs == letsUs)
            return;
        state.LetsUs = letsUs;
        _seeds += letsUs ? 1 : -1;
    }

    private void TellAll()
    {
        foreach (PeerState peer in _pool.Peers)
            Tell(peer);
    }

    private void Tell(PeerState peer)
    {
        ref LotState state = ref StateOf(peer);
        if (state.WasToldThatWeDraw != Draws && peer.TrySend(Name, LotsCodec.Encode(Draws)))
            state.WasToldThatWeDraw = Draws;
    }

    private struct LotState
    {
        // Whether the peer is a useful seed that has unchoked us.
        public bool LetsUs;

        // What was last sent to the peer. Before the first message, a peer assumes that we do not take part.
        public bool WasToldThatWeDraw;
    }
}
