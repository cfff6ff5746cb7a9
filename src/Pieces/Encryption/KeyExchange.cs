namespace Pieces.Encryption;

/// <summary>
/// One side of a Diffie-Hellman key exchange: both sides send a public key and derive the same secret, which an eavesdropper cannot derive.
/// </summary>
internal sealed class KeyExchange
{
    /// <summary>Length of a public key and of the secret in bytes, leading zeros included.</summary>
    public const int KeyLength = Modular768.Length;

    /// <summary>Length of a private key in bytes.</summary>
    public const int PrivateKeyLength = 20;

    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey = new byte[KeyLength];

    /// <summary>Starts an exchange.</summary>
    /// <param name="privateKey"><see cref="PrivateKeyLength"/> random bytes, used for this exchange only.</param>
    public KeyExchange(ReadOnlySpan<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, PrivateKeyLength);
        _privateKey = privateKey.ToArray();
        Modular768.PowerOfTwo(_privateKey, _publicKey);
    }

    /// <summary>The public key to send.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Derives the secret from the other side's public key.</summary>
    /// <param name="theirs"><see cref="KeyLength"/> bytes.</param>
    /// <param name="secret">Receives <see cref="KeyLength"/> bytes.</param>
    /// <returns>False if the key is invalid: 0, 1, or P-1 and more, with which the secret would be known to everybody.</returns>
    public bool TryAgree(ReadOnlySpan<byte> theirs, Span<byte> secret)
    {
        if (!Modular768.IsUsable(theirs))
            return false;
        Modular768.Power(theirs, _privateKey, secret);
        return true;
    }
}
