namespace Pieces.Encryption;

/// <summary>How a stream continues after an encrypted handshake.</summary>
/// <param name="Incoming">Decrypts received bytes; null if all of them are plain.</param>
/// <param name="IncomingLength">Number of received bytes to decrypt; the rest is plain.</param>
/// <param name="Outgoing">Encrypts sent bytes; null if they are plain.</param>
internal sealed record NegotiatedCiphers(Rc4? Incoming, long IncomingLength, Rc4? Outgoing)
{
    /// <summary>Both directions are encrypted to their end.</summary>
    public static NegotiatedCiphers Encrypted(Rc4 incoming, Rc4 outgoing) => new(incoming, long.MaxValue, outgoing);
}
