using System.Buffers.Binary;
using System.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>Encrypts peer connections according to the client's policy. Safe for all threads.</summary>
internal sealed class StreamEncryption
{
    private readonly ByteChance _chance;
    private readonly KeyExchangeGate _gate;

    /// <summary>Creates an instance without torrents.</summary>
    public StreamEncryption(EncryptionPolicy policy, ByteChance chance, TimeProvider time)
    {
        Policy = policy;
        _chance = chance;
        _gate = new KeyExchangeGate(time, BinaryPrimitives.ReadUInt64LittleEndian(chance.Next(sizeof(ulong))));
    }

    /// <summary>The client's policy.</summary>
    public EncryptionPolicy Policy { get; }

    /// <summary>The torrents that incoming connections may name.</summary>
    public EncryptedSwarms Swarms { get; } = new();

    // "Plain" means an unencrypted stream after the handshake: a client that requires encryption neither offers nor accepts it.
    private CryptoMethods Methods => Policy == EncryptionPolicy.Require ? CryptoMethods.Rc4 : CryptoMethods.Rc4 | CryptoMethods.Plain;

    /// <summary>Carries out the handshake on an outgoing connection.</summary>
    /// <param name="stream">The stream; the caller keeps ownership.</param>
    /// <param name="swarm">The torrent.</param>
    /// <param name="payload">The first bytes to send.</param>
    /// <param name="cancellationToken">Cancels the handshake.</param>
    /// <exception cref="PeerProtocolException">The other side violates the protocol.</exception>
    /// <exception cref="IOException">The other side closed the connection.</exception>
    public async Task<CipherStream> DialAsync(Stream stream, SwarmKey swarm, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        new(stream, await RunAsync(stream, new DiallerHandshake(swarm, Methods, payload, _chance), cancellationToken).ConfigureAwait(false));

    /// <summary>Carries out the handshake on an incoming connection.</summary>
    /// <param name="stream">The stream; the caller keeps ownership.</param>
    /// <param name="begun">Bytes already read from it; fewer than a public key has.</param>
    /// <param name="host">Address of the dialler.</param>
    /// <param name="cancellationToken">Cancels the handshake.</param>
    /// <returns>The stream to continue with, and the torrent that the dialler named: one of <see cref="Swarms"/>.</returns>
    /// <exception cref="PeerProtocolException">The dialler violates the protocol, names an unknown torrent, or exceeds the rate limit.</exception>
    /// <exception cref="IOException">The dialler closed the connection.</exception>
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
