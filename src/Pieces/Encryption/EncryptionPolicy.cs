namespace Pieces.Encryption;

/// <summary>Whether connections with peers are encrypted (MSE/PE): that hides the protocol from who listens in, and says nothing of who the peer is.
/// </summary>
public enum EncryptionPolicy
{
    /// <summary>Both ways are answered. Those we dial are greeted plainly, which costs no round trip with those who know nothing else, and encrypted
    /// as soon as they turn out to want that. After an encrypted handshake the stream goes on plainly where both sides are content with that, and
    /// encrypted where the other side asks for it.</summary>
    Prefer,

    /// <summary>Nothing but streams that are encrypted to their end, whoever dials.</summary>
    Require,

    /// <summary>Nothing but plain streams, whoever dials.</summary>
    Off,
}
