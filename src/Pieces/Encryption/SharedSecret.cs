using Pieces.Primitives;

namespace Pieces.Encryption;

/// <summary>Values that both sides derive from the secret of their key exchange (S) and the torrent's info-hash (SKEY).</summary>
internal sealed class SharedSecret
{
    private readonly byte[] _secret = new byte[KeyExchange.KeyLength];

    private SharedSecret()
    {
    }

    /// <summary>SHA-1("req1" S): marks the end of the dialler's padding.</summary>
    public Sha1Digest SyncMark => Hash("req1"u8, _secret, null);

    /// <summary>The secret of an exchange; null if the other side's key is invalid.</summary>
    public static SharedSecret? Agree(KeyExchange own, ReadOnlySpan<byte> theirs)
    {
        var shared = new SharedSecret();
        return own.TryAgree(theirs, shared._secret) ? shared : null;
    }

    /// <summary>SHA-1("req2" SKEY): the hash that names a torrent in an encrypted handshake, without the mask.</summary>
    public static Sha1Digest NameOf(SwarmKey infoHash) => Hash("req2"u8, [], infoHash);

    /// <summary>Applies the mask SHA-1("req3" S) to a name, or removes it.</summary>
    public Sha1Digest Masked(Sha1Digest name)
    {
        Span<byte> bytes = stackalloc byte[Sha1Digest.Length];
        Span<byte> mask = stackalloc byte[Sha1Digest.Length];
        name.CopyTo(bytes);
        Hash("req3"u8, _secret, null).CopyTo(mask);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] ^= mask[i];
        return new Sha1Digest(bytes);
    }

    /// <summary>The cipher of the dialler's bytes.</summary>
    public Rc4 CipherOfDialler(SwarmKey infoHash) => Cipher("keyA"u8, infoHash);

    /// <summary>The cipher of the other side's bytes.</summary>
    public Rc4 CipherOfAnswerer(SwarmKey infoHash) => Cipher("keyB"u8, infoHash);

    private Rc4 Cipher(ReadOnlySpan<byte> label, SwarmKey infoHash)
    {
        Span<byte> key = stackalloc byte[Sha1Digest.Length];
        Hash(label, _secret, infoHash).CopyTo(key);
        return new Rc4(key);
    }

    private static Sha1Digest Hash(ReadOnlySpan<byte> label, ReadOnlySpan<byte> secret, SwarmKey? infoHash)
    {
        Span<byte> text = stackalloc byte[label.Length + secret.Length + SwarmKey.Length];
        label.CopyTo(text);
        secret.CopyTo(text[label.Length..]);
        if (infoHash is not { } skey)
            return Sha1Digest.Of(text[..(label.Length + secret.Length)]);
        skey.CopyTo(text[(label.Length + secret.Length)..]);
        return Sha1Digest.Of(text);
    }
}
