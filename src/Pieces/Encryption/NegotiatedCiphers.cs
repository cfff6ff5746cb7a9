namespace Pieces.Encryption;

/// <summary>How a stream goes on after an encrypted handshake.</summary>
/// <param name="Incoming">Decrypts what comes; null when all of it is plain.</param>
/// <param name="IncomingLength">Bytes to decrypt; what comes behind them is plain.</param>
/// <param name="Outgoing">Encrypts what is sent; null when that is plain.</param>
internal sealed record NegotiatedCiphers(Rc4? Incoming, long IncomingLength, Rc4? Outgoing)
{
    /// <summary>Both directions are encrypted to their end.</summary>
    public static NegotiatedCiphers Encrypted(Rc4 incoming, Rc4 outgoing) => new(incoming, long.MaxValue, outgoing);
}
