using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Decides what a peer is told of us when it joins, and sends it: which pieces we have, which extensions we take, whether we only upload (BEP 21).
/// Owned by the torrent's loop.
/// </summary>
internal sealed class TransferGreeting
{
    private readonly Bitfield _have;
    private readonly Bitfield _offered;
    private readonly CompletionState _completion;
    private readonly ExtensionRegistry _extensions;
    private readonly PortState _ports;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="have">The pieces that we have; read only here.</param>
    /// <param name="offered">Those of them that peers are told of; read only here.</param>
    /// <param name="completion">Whether the torrent is complete.</param>
    /// <param name="extensions">The extensions that we speak.</param>
    /// <param name="ports">The port on which peers reach us.</param>
    public TransferGreeting(Bitfield have, Bitfield offered, CompletionState completion, ExtensionRegistry extensions, PortState ports)
    {
        _have = have;
        _offered = offered;
        _completion = completion;
        _extensions = extensions;
        _ports = ports;
    }

    private bool IsUploadOnly => _completion.IsComplete || _have.IsFull;

    /// <summary>Greets a peer that has just joined.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isSuperSeeded">Whether our pieces are revealed to it one by one (BEP 16), so that it is told of none now.</param>
    public void Greet(PeerState peer, bool isSuperSeeded)
    {
        if (isSuperSeeded)
            PeerGreeting.SendNone(peer.Link);
        else
            PeerGreeting.Send(peer.Link, _offered);

        // Some clients disconnect from an upload-only peer that has nothing for them, so a super-seeder does not say that it is one.
        SendHandshake(peer, IsUploadOnly && !isSuperSeeded);
    }

    /// <summary>Greets a peer that joined before the torrent was known, and was told that we have nothing.</summary>
    /// <returns>False when there is too much to tell: the peer is to be dialled again.</returns>
    public bool GreetEarly(PeerState peer)
    {
        if (!PeerGreeting.TrySendRest(peer.Link, _offered))
            return false;
        SendHandshake(peer, IsUploadOnly);
        return true;
    }

    /// <summary>Tells a peer what has changed since it was greeted.</summary>
    public void Update(PeerState peer) => SendHandshake(peer, IsUploadOnly);

    private void SendHandshake(PeerState peer, bool isUploadOnly) => _extensions.SendHandshake(peer.Link, _ports.Announced, isUploadOnly);
}
