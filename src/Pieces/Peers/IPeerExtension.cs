using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// One extension of the extension protocol (BEP 10) for the peers of one torrent: its part of the handshake, and its messages. A new extension needs
/// a codec, a class that implements this interface, and one line where the <see cref="ExtensionRegistry"/> is created. Owned by the torrent's loop.
/// </summary>
internal interface IPeerExtension
{
    /// <summary>Its name in the handshake.</summary>
    string Name { get; }

    /// <summary>The id under which peers send us its messages, at least 1. It is unique and does not change during a connection.</summary>
    byte LocalId { get; }

    /// <summary>Whether the handshake offers it.</summary>
    bool IsOffered => true;

    /// <summary>Adds the fields that the extension needs, besides its name and id, to our handshake.</summary>
    ExtensionHandshake Describe(ExtensionHandshake handshake) => handshake;

    /// <summary>A peer has sent its handshake, possibly not the first one; <see cref="PeerState.Extensions"/> is already updated.</summary>
    void OnHandshake(PeerState peer, ExtensionHandshake handshake)
    {
    }

    /// <summary>A peer has sent a message.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="payload">The message without its id.</param>
    /// <exception cref="PeerProtocolException">The message is malformed; the connection is closed.</exception>
    void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload);

    /// <summary>Does the periodic work. Called at every tick of the torrent's loop, which is every 250 ms while data is transferred.</summary>
    void OnTick()
    {
    }

    /// <summary>A peer has disconnected.</summary>
    void OnLeft(PeerState peer)
    {
    }
}
