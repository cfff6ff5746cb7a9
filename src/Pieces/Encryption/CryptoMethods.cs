namespace Pieces.Encryption;

/// <summary>
/// How a stream continues after an encrypted handshake: a set when offered (<c>crypto_provide</c>), one value when chosen (<c>crypto_select</c>).
/// </summary>
[Flags]
internal enum CryptoMethods : uint
{
    None = 0,

    /// <summary>Unencrypted.</summary>
    Plain = 1,

    /// <summary>Encrypted with RC4.</summary>
    Rc4 = 2,
}
