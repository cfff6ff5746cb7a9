namespace Pieces.Encryption;

/// <summary>
/// How a stream can go on after an encrypted handshake: a set when offered (<c>crypto_provide</c>), one when chosen (<c>crypto_select</c>).
/// </summary>
[Flags]
internal enum CryptoMethods : uint
{
    None = 0,

    /// <summary>Plainly.</summary>
    Plain = 1,

    /// <summary>Encrypted with RC4.</summary>
    Rc4 = 2,
}
