using System.Buffers.Binary;
using System.Numerics;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>The handshake on the side that dialled (A in the specification): it names the torrent and offers methods.</summary>
internal sealed class DiallerHandshake : EncryptionHandshake
{
    private readonly SwarmKey _swarm;
    private readonly CryptoMethods _offered;
    private readonly ReadOnlyMemory<byte> _payload;
    private readonly ByteChance _chance;
    private readonly KeyExchange _exchange;
    private Rc4? _incoming;
    private Rc4? _outgoing;
    private bool _isAnswered;

    /// <summary>Starts the handshake; its first output is available at once.</summary>
    /// <param name="swarm">The torrent.</param>
    /// <param name="offered">The methods that the other side may choose.</param>
    /// <param name="payload">Initial payload (IA), which saves a round trip; at most 65,535 bytes. It is encrypted whatever method is chosen.</param>
    /// <param name="chance">Source of the key and the padding.</param>
    public DiallerHandshake(SwarmKey swarm, CryptoMethods offered, ReadOnlyMemory<byte> payload, ByteChance chance)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, ushort.MaxValue, nameof(payload));
        _swarm = swarm;
        _offered = offered;
        _payload = payload;
        _chance = chance;
        _exchange = new KeyExchange(chance.Next(KeyExchange.PrivateKeyLength));
        Send(_exchange.PublicKey);
        Send(chance.Padding(MaxPadding));
        Want(KeyExchange.KeyLength, OnKey);
    }

    /// <inheritdoc/>
    protected override void CheckPart(ReadOnlySpan<byte> input)
    {
        // Some peers send a plain handshake at once without reading first. It is recognized before as many bytes as a key have arrived.
        if (!_isAnswered && input.Length >= Handshake.ProtocolLength && Handshake.CanBegin(input))
            throw new PeerProtocolException("responded with an unencrypted handshake");
    }

    private void OnKey(Span<byte> input)
    {
        _isAnswered = true;
        SharedSecret secret = Agree(_exchange, input);
        _outgoing = secret.CipherOfDialler(_swarm);
        _incoming = secret.CipherOfAnswerer(_swarm);

        Span<byte> digest = stackalloc byte[Sha1Digest.Length];
        secret.SyncMark.CopyTo(digest);
        Send(digest);
        secret.Masked(SharedSecret.NameOf(_swarm)).CopyTo(digest);
        Send(digest);
        Send(Offer(_outgoing));

        Span<byte> proof = stackalloc byte[ProofLength];
        proof.Clear();
        _incoming.Apply(proof);
        Seek(proof, _ => Want(sizeof(uint) + sizeof(ushort), OnChoice));
    }

    // VC, crypto_provide, len(PadC), PadC, len(IA), IA.
    private byte[] Offer(Rc4 cipher)
    {
        byte[] padding = _chance.Padding(MaxPadding);
        byte[] offer = new byte[ProofLength + sizeof(uint) + sizeof(ushort) + padding.Length + sizeof(ushort) + _payload.Length];
        Span<byte> rest = offer.AsSpan(ProofLength);
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)_offered);
        BinaryPrimitives.WriteUInt16BigEndian(rest[sizeof(uint)..], (ushort)padding.Length);
        rest = rest[(sizeof(uint) + sizeof(ushort))..];
        padding.CopyTo(rest);
        BinaryPrimitives.WriteUInt16BigEndian(rest[padding.Length..], (ushort)_payload.Length);
        _payload.Span.CopyTo(rest[(padding.Length + sizeof(ushort))..]);
        cipher.Apply(offer);
        return offer;
    }

    private void OnChoice(Span<byte> input)
    {
        _incoming!.Apply(input);
        var chosen = (CryptoMethods)BinaryPrimitives.ReadUInt32BigEndian(input);
        if (BitOperations.PopCount((uint)chosen) != 1 || (chosen & _offered) == 0)
            throw new PeerProtocolException($"chose encryption method {(uint)chosen:x}, offered were {(uint)_offered:x}");
        Want(CheckPadding(BinaryPrimitives.ReadUInt16BigEndian(input[sizeof(uint)..])), padding =>
        {
            _incoming.Apply(padding);
            Finish(chosen == CryptoMethods.Rc4 ? NegotiatedCiphers.Encrypted(_incoming, _outgoing!) : new NegotiatedCiphers(null, 0, null));
        });
    }
}
