using System.Buffers.Binary;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>The handshake on the side that accepted the connection (B in the specification): it finds the torrent and chooses the method.</summary>
internal sealed class AnswererHandshake : EncryptionHandshake
{
    private const int OfferLength = ProofLength + sizeof(uint) + sizeof(ushort);

    private readonly EncryptedSwarms _swarms;
    private readonly CryptoMethods _allowed;
    private readonly ByteChance _chance;
    private readonly Func<bool>? _mayExchange;
    private SharedSecret? _secret;
    private Rc4? _incoming;
    private Rc4? _outgoing;
    private CryptoMethods _chosen;

    /// <summary>Starts by waiting for the dialler's public key.</summary>
    /// <param name="swarms">The torrents that the dialler may name.</param>
    /// <param name="allowed">The methods that may be chosen; plain is preferred if it is offered, since it costs nothing.</param>
    /// <param name="chance">Source of the key and the padding.</param>
    /// <param name="mayExchange">Called once, before anything is computed, to check the rate limit; null for no limit.</param>
    public AnswererHandshake(EncryptedSwarms swarms, CryptoMethods allowed, ByteChance chance, Func<bool>? mayExchange = null)
    {
        _mayExchange = mayExchange;
        _swarms = swarms;
        _allowed = allowed;
        _chance = chance;
        Want(KeyExchange.KeyLength, OnKey);
    }

    /// <summary>The torrent that the dialler named, once it is known.</summary>
    public SwarmKey Swarm { get; private set; }

    private void OnKey(Span<byte> input)
    {
        if (_mayExchange?.Invoke() == false)
            throw new PeerProtocolException("too many encrypted handshakes in a short time");
        var exchange = new KeyExchange(_chance.Next(KeyExchange.PrivateKeyLength));
        _secret = Agree(exchange, input);
        Send(exchange.PublicKey);
        Send(_chance.Padding(MaxPadding));
        Span<byte> mark = stackalloc byte[Sha1Digest.Length];
        _secret.SyncMark.CopyTo(mark);
        Seek(mark, _ => Want(Sha1Digest.Length, OnName));
    }

    private void OnName(Span<byte> input)
    {
        Swarm = _swarms.Find(_secret!.Masked(new Sha1Digest(input)))
            ?? throw new PeerProtocolException("unknown info-hash in an encrypted handshake");
        _incoming = _secret.CipherOfDialler(Swarm);
        _outgoing = _secret.CipherOfAnswerer(Swarm);
        Want(OfferLength, OnOffer);
    }

    private void OnOffer(Span<byte> input)
    {
        _incoming!.Apply(input);
        if (input[..ProofLength].ContainsAnyExcept((byte)0))
            throw new PeerProtocolException("wrong verification constant in an encrypted handshake");
        var offered = (CryptoMethods)BinaryPrimitives.ReadUInt32BigEndian(input[ProofLength..]);
        CryptoMethods both = offered & _allowed;
        _chosen = both.HasFlag(CryptoMethods.Plain) ? CryptoMethods.Plain : both;
        if (_chosen == CryptoMethods.None)
            throw new PeerProtocolException($"offered encryption methods {(uint)offered:x}, allowed are {(uint)_allowed:x}");
        int padding = CheckPadding(BinaryPrimitives.ReadUInt16BigEndian(input[(ProofLength + sizeof(uint))..]));
        Want(padding + sizeof(ushort), OnPadding);
    }

    private void OnPadding(Span<byte> input)
    {
        _incoming!.Apply(input);

        // The initial payload (IA) is left in the stream, where it is decrypted like the bytes that follow. So its length uses no memory here.
        int payload = BinaryPrimitives.ReadUInt16BigEndian(input[^sizeof(ushort)..]);
        Send(Answer());
        Finish(_chosen == CryptoMethods.Rc4 ? NegotiatedCiphers.Encrypted(_incoming, _outgoing!) : new NegotiatedCiphers(_incoming, payload, null));
    }

    // VC, crypto_select, len(PadD), PadD.
    private byte[] Answer()
    {
        byte[] padding = _chance.Padding(MaxPadding);
        byte[] answer = new byte[OfferLength + padding.Length];
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(ProofLength), (uint)_chosen);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(ProofLength + sizeof(uint)), (ushort)padding.Length);
        padding.CopyTo(answer.AsSpan(OfferLength));
        _outgoing!.Apply(answer);
        return answer;
    }
}
