namespace Pieces.Encryption;

/// <summary>One side of a Diffie-Hellman exchange: both sides send a public key, and both arrive at the same secret, and no listener does.</summary>
internal sealed class KeyExchange
{
    /// <summary>Length of a public key and of the secret, in bytes, leading zeros included.</summary>
    public const int KeyLength = Modular768.Length;

    /// <summary>Length of a private key, in bytes.</summary>
    public const int PrivateKeyLength = 20;

    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey = new byte[KeyLength];

    /// <summary>Begins an exchange.</summary>
    /// <param name="privateKey"><see cref="PrivateKeyLength"/> bytes of chance, for this exchange alone.</param>
    public KeyExchange(ReadOnlySpan<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, PrivateKeyLength);
        _privateKey = privateKey.ToArray();
        Modular768.PowerOfTwo(_privateKey, _publicKey);
    }

    /// <summary>What the other side gets.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Makes the secret out of the other side's public key.</summary>
    /// <param name="theirs"><see cref="KeyLength"/> bytes.</param>
    /// <param name="secret">Gets <see cref="KeyLength"/> bytes.</param>
    /// <returns>False when it is no key: 0, 1, or P-1 and more, with which everybody would know the secret.</returns>
    public bool TryAgree(ReadOnlySpan<byte> theirs, Span<byte> secret)
    {
        if (!Modular768.IsUsable(theirs))
            return false;
        Modular768.Power(theirs, _privateKey, secret);
        return true;
    }
}
