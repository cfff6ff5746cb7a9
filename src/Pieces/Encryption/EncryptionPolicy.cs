namespace Pieces.Encryption;

/// <summary>Whether connections with peers are encrypted (MSE/PE): that hides the protocol from who listens in, and says nothing of who the peer is.
/// </summary>
public enum EncryptionPolicy
{
    /// <summary>Those we dial are greeted encrypted first, and plainly if they do not understand that; both ways are answered. After an encrypted
    /// handshake the stream goes on plainly where both sides are content with that, which costs nothing, and encrypted where the other side asks
    /// for it.</summary>
    Prefer,

    /// <summary>Nothing but streams that are encrypted to their end, whoever dials.</summary>
    Require,

    /// <summary>Nothing but plain streams, whoever dials.</summary>
    Off,
}
