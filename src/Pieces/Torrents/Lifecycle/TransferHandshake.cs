using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Decides what is sent to a peer when it joins, and sends it: the pieces we have, the extensions we support, and whether we only upload (BEP 21).
/// Owned by the torrent's loop.
/// </summary>
internal sealed class TransferHandshake
{
    private readonly Bitfield _have;
    private readonly Bitfield _offered;
    private readonly CompletionState _completion;
    private readonly ExtensionRegistry _extensions;
    private readonly PortState _ports;

    /// <summary>Creates an instance. Nothing is sent yet.</summary>
    /// <param name="have">The pieces that we have; not changed here.</param>
    /// <param name="offered">The pieces that are announced to peers; not changed here.</param>
    /// <param name="completion">Whether the torrent is complete.</param>
    /// <param name="extensions">The extensions that we support.</param>
    /// <param name="ports">The port on which peers can connect to us.</param>
    public TransferHandshake(Bitfield have, Bitfield offered, CompletionState completion, ExtensionRegistry extensions, PortState ports)
    {
        _have = have;
        _offered = offered;
        _completion = completion;
        _extensions = extensions;
        _ports = ports;
    }

    private bool IsUploadOnly => _completion.IsComplete || _have.IsFull;

    /// <summary>Sends the first messages to a peer that has just joined.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isSuperSeeded">Whether our pieces are revealed to the peer one by one (BEP 16), so that none is announced now.</param>
    public void Greet(PeerState peer, bool isSuperSeeded)
    {
        if (isSuperSeeded)
            ExtensionHandshakeSender.SendNone(peer.Link);
        else
            ExtensionHandshakeSender.Send(peer.Link, _offered);

        // Do not set `upload_only` while super-seeding: some clients disconnect from an upload-only peer that offers them nothing.
        SendHandshake(peer, IsUploadOnly && !isSuperSeeded);
    }

    /// <summary>Sends our pieces and extensions to a peer that joined before the metadata was known.</summary>
    /// <returns>False if there are too many pieces to announce: the peer must be dialled again.</returns>
    public bool GreetEarly(PeerState peer)
    {
        if (!ExtensionHandshakeSender.TrySendRest(peer.Link, _offered))
            return false;
        SendHandshake(peer, IsUploadOnly);
        return true;
    }

    /// <summary>Sends the extension handshake again, because its contents have changed.</summary>
    public void Update(PeerState peer) => SendHandshake(peer, IsUploadOnly);

    private void SendHandshake(PeerState peer, bool isUploadOnly) => _extensions.SendHandshake(peer.Link, _ports.Announced, isUploadOnly);
}
