using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// One extension of the extension protocol (BEP 10), for the peers of one torrent: what the handshake says of it, and its messages. A new extension
/// is a codec, a class that implements this interface, and one line where the <see cref="ExtensionRegistry"/> is made. Owned by the torrent's loop.
/// </summary>
internal interface IPeerExtension
{
    /// <summary>Its name in the handshake.</summary>
    string Name { get; }

    /// <summary>The id under which peers send us its messages, from 1. No other extension has it, and it never changes during a connection.</summary>
    byte LocalId { get; }

    /// <summary>Whether the handshake offers it.</summary>
    bool IsOffered => true;

    /// <summary>Adds to the handshake what else the extension has to say there.</summary>
    ExtensionHandshake Describe(ExtensionHandshake handshake) => handshake;

    /// <summary>A peer has sent its handshake, once or again; <see cref="PeerState.Extensions"/> knows already what it speaks.</summary>
    void OnHandshake(PeerState peer, ExtensionHandshake handshake)
    {
    }

    /// <summary>A peer has sent a message.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="payload">What follows the id.</param>
    /// <exception cref="PeerProtocolException">It is no message of this extension: the peer is closed.</exception>
    void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload);

    /// <summary>Does what is due. Called a few times a second.</summary>
    void OnTick()
    {
    }

    /// <summary>A peer has left.</summary>
    void OnLeft(PeerState peer)
    {
    }
}
