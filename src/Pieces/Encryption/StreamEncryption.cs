using System.Buffers.Binary;
using System.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>Encrypts streams as the client's policy has it. Safe for all threads.</summary>
internal sealed class StreamEncryption
{
    private readonly ByteChance _chance;
    private readonly KeyExchangeGate _gate;

    /// <summary>Makes it for a client; it knows no torrent yet.</summary>
    public StreamEncryption(EncryptionPolicy policy, ByteChance chance, TimeProvider time)
    {
        Policy = policy;
        _chance = chance;
        _gate = new KeyExchangeGate(time, BinaryPrimitives.ReadUInt64LittleEndian(chance.Next(sizeof(ulong))));
    }

    /// <summary>Whether it is to be used.</summary>
    public EncryptionPolicy Policy { get; }

    /// <summary>The torrents that others may ask for.</summary>
    public EncryptedSwarms Swarms { get; } = new();

    // The plain way is no encryption: who requires that offers nothing else, and takes nothing else.
    private CryptoMethods Methods => Policy == EncryptionPolicy.Require ? CryptoMethods.Rc4 : CryptoMethods.Rc4 | CryptoMethods.Plain;

    /// <summary>The handshake of the side that dialled.</summary>
    /// <param name="stream">Stays the caller's.</param>
    /// <param name="swarm">What it is about.</param>
    /// <param name="payload">First bytes to send.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerProtocolException">The other side does not keep to the protocol.</exception>
    /// <exception cref="IOException">It closed.</exception>
    public async Task<CipherStream> DialAsync(Stream stream, SwarmKey swarm, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        new(stream, await RunAsync(stream, new DiallerHandshake(swarm, Methods, payload, _chance), cancellationToken).ConfigureAwait(false));

    /// <summary>The handshake of the side that was dialled.</summary>
    /// <param name="stream">Stays the caller's.</param>
    /// <param name="begun">What has been read of it; less than a public key.</param>
    /// <param name="host">Who dialled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream to go on with, and what the other side asks for: a torrent of <see cref="Swarms"/>.</returns>
    /// <exception cref="PeerProtocolException">The other side breaks the protocol, asks for what is unknown, or comes too often.</exception>
    /// <exception cref="IOException">It closed.</exception>
    public async Task<(CipherStream Stream, SwarmKey Swarm)> AnswerAsync(
        Stream stream, ReadOnlyMemory<byte> begun, IPAddress host, CancellationToken cancellationToken)
    {
        var handshake = new AnswererHandshake(Swarms, Methods, _chance, () => _gate.TryEnter(host));
        begun.CopyTo(handshake.Wanted);
        handshake.Advance(begun.Length);
        NegotiatedCiphers ciphers = await RunAsync(stream, handshake, cancellationToken).ConfigureAwait(false);
        return (new CipherStream(stream, ciphers), handshake.Swarm);
    }

    private static async Task<NegotiatedCiphers> RunAsync(Stream stream, EncryptionHandshake handshake, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!handshake.Output.IsEmpty)
                await stream.WriteAsync(handshake.Output, cancellationToken).ConfigureAwait(false);
            handshake.ClearOutput();
            if (handshake.IsDone)
                return handshake.Result!;
            int count = await stream.ReadAsync(handshake.Wanted, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new IOException("closed by the peer during the encrypted handshake");
            handshake.Advance(count);
        }
    }
}
