namespace Pieces.Encryption;

/// <summary>How much of a connection is encrypted.</summary>
internal enum EncryptionExtent
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The handshake; what follows is plain.</summary>
    Handshake,

    /// <summary>Everything.</summary>
    Stream,
}
