using System.Collections.Immutable;
using System.Net;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// The extensions (BEP 10) that a torrent supports: sends our handshake, processes those of peers, and routes each message to its extension. Owned by
/// the torrent's loop.
/// </summary>
internal sealed class ExtensionRegistry
{
    /// <summary>Id of the handshake among extended messages.</summary>
    public const byte HandshakeId = ExtensionIds.Handshake;

    private readonly PeerBook _book;
    private readonly ImmutableArray<IPeerExtension> _extensions;

    /// <summary>Creates the registry.</summary>
    /// <param name="book">Receives the addresses at which inbound peers can be dialled.</param>
    /// <param name="extensions">The supported extensions.</param>
    /// <exception cref="ArgumentException">Two have the same name or id, or one has the id of the handshake.</exception>
    public ExtensionRegistry(PeerBook book, ImmutableArray<IPeerExtension> extensions)
    {
        _book = book;
        _extensions = extensions;
        foreach (IPeerExtension extension in extensions)
        {
            bool isUnique = extensions.Count(other => other.Name == extension.Name || other.LocalId == extension.LocalId) == 1;
            if (!isUnique || extension.LocalId == HandshakeId)
                throw new ArgumentException($"the name or the id {extension.LocalId} of {extension.Name} is already in use", nameof(extensions));
        }
    }

    /// <summary>Sends our handshake: at the start of a connection, and again whenever its contents have changed.</summary>
    /// <param name="link">The peer; nothing is sent if it does not support the extension protocol.</param>
    /// <param name="listenPort">The port at which we can be dialled, or 0.</param>
    /// <param name="isUploadOnly">Whether we download nothing more, even if we do not have all pieces (BEP 21).</param>
    public void SendHandshake(IPeerLink link, int listenPort, bool isUploadOnly)
    {
        if (!link.SupportsExtensions)
            return;
        ImmutableSortedDictionary<string, byte>.Builder offered = ImmutableSortedDictionary.CreateBuilder<string, byte>(StringComparer.Ordinal);
        var handshake = new ExtensionHandshake
        {
            Client = ProductName.Full,
            Port = listenPort > 0 ? listenPort : null,
            RequestQueue = UploadQueue.Capacity,
            YourAddress = link.RemoteEndPoint.Address,
            IsUploadOnly = isUploadOnly,
        };
        foreach (IPeerExtension extension in _extensions)
        {
            if (!extension.IsOffered)
                continue;
            offered.Add(extension.Name, extension.LocalId);
            handshake = extension.Describe(handshake);
        }

        handshake = handshake with { Extensions = offered.ToImmutable() };
        link.Send(new ExtendedMessage(HandshakeId, handshake.Encode()));
    }

    /// <summary>
    /// Processes an extended message. One with an id that we did not offer is ignored (BEP 10); a malformed one closes the connection.
    /// </summary>
    public void OnMessage(PeerState peer, ExtendedMessage message)
    {
        try
        {
            if (message.ExtendedId == HandshakeId)
                OnHandshake(peer, ExtensionHandshake.Decode(message.Payload));
            else
                Find(message.ExtendedId)?.OnMessage(peer, message.Payload);
        }
        catch (PeerProtocolException e)
        {
            peer.Close(PeerEnding.Offence, e.Message);
        }
    }

    /// <summary>Calls every extension's periodic work.</summary>
    public void Tick()
    {
        foreach (IPeerExtension extension in _extensions)
            extension.OnTick();
    }

    /// <summary>A peer has disconnected.</summary>
    public void Forget(PeerState peer)
    {
        foreach (IPeerExtension extension in _extensions)
            extension.OnLeft(peer);
    }

    private IPeerExtension? Find(byte localId)
    {
        foreach (IPeerExtension extension in _extensions)
        {
            if (extension.LocalId == localId)
                return extension;
        }

        return null;
    }

    private void OnHandshake(PeerState peer, ExtensionHandshake handshake)
    {
        peer.IsUploadOnly = handshake.IsUploadOnly;
        if (handshake.RequestQueue is { } queue)
            peer.Provider.Requests.Window.SetLimit(queue);
        if (handshake.Client is { Length: > 0 } client)
            peer.Client = client;
        if (handshake.Port is { } port)
            NotePort(peer, port);

        // Store extensions that the torrent does not support in its current stage too: it may in a later stage.
        foreach ((string name, byte id) in handshake.Extensions)
            peer.Extensions.Set(name, id);
        foreach (IPeerExtension extension in _extensions)
            extension.OnHandshake(peer, handshake);
    }

    private void NotePort(PeerState peer, int port)
    {
        if (peer.DialAddress is not null)
            return;
        peer.DialAddress = SocketText.Unmapped(new IPEndPoint(peer.Link.RemoteEndPoint.Address, port));
        _book.Claimed(peer.DialAddress);
    }
}
