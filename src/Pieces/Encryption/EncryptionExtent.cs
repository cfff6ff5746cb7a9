namespace Pieces.Encryption;

/// <summary>Which part of a connection is encrypted.</summary>
internal enum EncryptionExtent
{
    /// <summary>No part.</summary>
    None,

    /// <summary>Only the handshake; the rest is plain.</summary>
    Handshake,

    /// <summary>The whole stream.</summary>
    Stream,
}
