namespace Pieces.Encryption;

/// <summary>
/// Whether peer connections are encrypted (MSE/PE). Encryption hides the protocol from eavesdroppers; it does not authenticate the peer.
/// </summary>
public enum EncryptionPolicy
{
    /// <summary>
    /// Accept both. Outgoing connections try a plain handshake first and retry with MSE if the peer refuses it; this costs no round trip with peers
    /// that do not support encryption. After an encrypted handshake the stream continues unencrypted if both sides allow that, else encrypted.
    /// </summary>
    Prefer,

    /// <summary>Use only streams that are encrypted to their end, incoming and outgoing.</summary>
    Require,

    /// <summary>Use only plain streams, incoming and outgoing.</summary>
    Off,
}
