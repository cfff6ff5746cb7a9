using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Carries out the handshake in either direction (BEP 3, MSE), within <see cref="TimeLimit"/>. It never reads a byte beyond the handshake, whatever
/// the size of the reads. On failure the caller keeps ownership of the transport connection; on success the result owns it.
/// </summary>
internal sealed class PeerHandshaker
{
    /// <summary>Time limit for a whole handshake, both directions.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    /// <summary>Time limit for the encrypted part of an outgoing handshake; it is included in <see cref="TimeLimit"/>.</summary>
    public static readonly TimeSpan EncryptionTimeLimit = TimeSpan.FromSeconds(10);

    private readonly Func<SwarmKey, PeerId> _ownId;
    private readonly ReservedBits _ownReserved;
    private readonly TimeProvider _timeProvider;
    private readonly StreamEncryption _encryption;
    private readonly Func<SwarmKey, bool>? _usesDht;

    /// <summary>Creates a handshaker.</summary>
    /// <param name="ownId">Returns our peer id in a swarm. Each torrent has its own, so that two swarms cannot be linked to one client.</param>
    /// <param name="ownReserved">Features that we support for every torrent.</param>
    /// <param name="timeProvider">Clock of the time limits.</param>
    /// <param name="encryption">Encryption according to the client's policy.</param>
    /// <param name="usesDht">Whether a torrent uses the DHT now; null if none does. Called on any thread.</param>
    public PeerHandshaker(
        Func<SwarmKey, PeerId> ownId,
        ReservedBits ownReserved,
        TimeProvider timeProvider,
        StreamEncryption encryption,
        Func<SwarmKey, bool>? usesDht = null)
    {
        _usesDht = usesDht;
        _ownId = ownId;
        _ownReserved = ownReserved;
        _timeProvider = timeProvider;
        _encryption = encryption;
    }

    /// <summary>Carries out a plain handshake on an outgoing connection.</summary>
    /// <exception cref="PeerProtocolException">The peer uses another protocol or is in another swarm.</exception>
    /// <exception cref="SelfConnectionException">The peer is this client.</exception>
    /// <exception cref="HandshakeModeException">The peer sent nothing. It may require encryption.</exception>
    /// <exception cref="IOException">The peer closed the connection, or did not finish in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async Task<HandshakenPeer> DialAsync(ITransportConnection connection, SwarmKey infoHash, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[Handshake.Length];
        int begun = 0;
        try
        {
            return await WithinAsync(TimeLimit, DialPlainlyAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (begun == 0)
        {
            throw new HandshakeModeException(e.Message, e) { WasEncrypted = false, IsSilence = IsTimeUp(e) };
        }

        async Task<HandshakenPeer> DialPlainlyAsync(CancellationToken token)
        {
            Handshake own = Own(infoHash);
            await connection.Stream.WriteAsync(BytesOf(own), token).ConfigureAwait(false);
            begun = await ReadAsync(connection.Stream, answer, begun, token).ConfigureAwait(false);
            return new HandshakenPeer(connection, await ReadAnswerAsync(connection.Stream, own, answer, begun, token).ConfigureAwait(false));
        }
    }

    /// <summary>Carries out an encrypted handshake on an outgoing connection.</summary>
    /// <exception cref="HandshakeModeException">The peer seems not to support encryption.</exception>
    /// <inheritdoc cref="DialAsync"/>
    public Task<HandshakenPeer> DialEncryptedAsync(ITransportConnection connection, SwarmKey infoHash, CancellationToken cancellationToken) =>
        WithinAsync(TimeLimit, token => DialSecretlyAsync(connection, infoHash, token), cancellationToken);

    /// <summary>
    /// Carries out the handshake on an incoming connection, plain or encrypted as the client's policy permits. Nothing that names a torrent is sent
    /// before <paramref name="isKnown"/> has accepted the info-hash.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isKnown">Whether a torrent of that info-hash accepts peers now; called at most once, on any thread.</param>
    /// <param name="cancellationToken">Cancels the handshake.</param>
    /// <exception cref="PeerProtocolException">The peer uses another protocol, or names an unknown info-hash.</exception>
    /// <exception cref="SelfConnectionException">The peer is this client.</exception>
    /// <exception cref="IOException">The peer closed the connection, or did not finish in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public Task<HandshakenPeer> AnswerAsync(ITransportConnection connection, Func<SwarmKey, bool> isKnown, CancellationToken cancellationToken) =>
        WithinAsync(TimeLimit, token => AnswerUnlimitedAsync(connection, isKnown, token), cancellationToken);

    private async Task<HandshakenPeer> DialSecretlyAsync(ITransportConnection connection, SwarmKey infoHash, CancellationToken cancellationToken)
    {
        Handshake own = Own(infoHash);
        CipherStream stream;
        try
        {
            stream = await WithinAsync(
                EncryptionTimeLimit,
                token => _encryption.DialAsync(connection.Stream, infoHash, BytesOf(own), token),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or PeerProtocolException)
        {
            throw new HandshakeModeException($"the encrypted handshake failed: {e.Message}", e) { WasEncrypted = true, IsSilence = IsTimeUp(e) };
        }

        byte[] answer = new byte[Handshake.Length];
        return Behind(stream, connection, await ReadAnswerAsync(stream, own, answer, 0, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<HandshakeResult> ReadAnswerAsync(
        Stream stream, Handshake own, byte[] bytes, int begun, CancellationToken cancellationToken)
    {
        await FillAsync(stream, bytes, begun, Handshake.Length, cancellationToken).ConfigureAwait(false);
        HandshakeResult result = Accept(bytes, own, isOutbound: true);
        if (result.InfoHash != own.InfoHash)
            throw new PeerProtocolException($"responded with info-hash {result.InfoHash}, requested was {own.InfoHash}");
        return result;
    }

    private async Task<HandshakenPeer> AnswerUnlimitedAsync(
        ITransportConnection connection, Func<SwarmKey, bool> isKnown, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Handshake.Length];
        int begun = await BeginAsync(connection.Stream, bytes, cancellationToken).ConfigureAwait(false);
        if (Handshake.CanBegin(bytes.AsSpan(0, begun)))
        {
            if (_encryption.Policy == EncryptionPolicy.Require)
                throw new PeerProtocolException("not encrypted, but encryption is required");
            return new HandshakenPeer(connection, await AnswerOnAsync(connection.Stream, bytes, isKnown, cancellationToken).ConfigureAwait(false));
        }

        if (_encryption.Policy == EncryptionPolicy.Off)
            throw new PeerProtocolException("not a BitTorrent handshake");
        (CipherStream stream, SwarmKey swarm) = await _encryption
            .AnswerAsync(connection.Stream, bytes.AsMemory(0, begun), connection.RemoteEndPoint.Address, cancellationToken)
            .ConfigureAwait(false);
        await FillAsync(stream, bytes, 0, Handshake.LengthToInfoHash, cancellationToken).ConfigureAwait(false);
        return Behind(
            stream, connection, await AnswerOnAsync(stream, bytes, hash => hash == swarm && isKnown(hash), cancellationToken).ConfigureAwait(false));
    }

    // Reads up to the info-hash, or to the first byte that differs from a plain handshake: then it may be an encrypted one.
    private static async Task<int> BeginAsync(Stream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        int have = 0;
        while (have < Handshake.LengthToInfoHash && Handshake.CanBegin(bytes.AsSpan(0, have)))
            have += await ReadAsync(stream, bytes.AsMemory(have, Handshake.LengthToInfoHash - have), have, cancellationToken).ConfigureAwait(false);
        return have;
    }

    private async Task<HandshakeResult> AnswerOnAsync(Stream stream, byte[] bytes, Func<SwarmKey, bool> isKnown, CancellationToken cancellationToken)
    {
        SwarmKey infoHash = Handshake.ReadInfoHash(bytes);
        if (!isKnown(infoHash))
            throw new PeerProtocolException($"requested unknown info-hash {infoHash}");

        // Sent before the peer id has arrived: some clients send theirs only after they have received ours.
        Handshake own = Own(infoHash);
        await stream.WriteAsync(BytesOf(own), cancellationToken).ConfigureAwait(false);
        await FillAsync(stream, bytes, Handshake.LengthToInfoHash, Handshake.Length, cancellationToken).ConfigureAwait(false);
        return Accept(bytes, own, isOutbound: false);
    }

    // Called once per connection, so that the flags we send and those we assume are the same.
    private Handshake Own(SwarmKey infoHash) =>
        new(_usesDht?.Invoke(infoHash) == true ? _ownReserved.WithDht(true) : _ownReserved, infoHash, _ownId(infoHash));

    private static byte[] BytesOf(Handshake handshake)
    {
        byte[] bytes = new byte[Handshake.Length];
        handshake.WriteTo(bytes);
        return bytes;
    }

    // If the stream is plain from here on, the connection is used directly, without a layer in between.
    private static HandshakenPeer Behind(CipherStream stream, ITransportConnection connection, HandshakeResult result) => new(
        stream.IsPlain ? connection : new EncryptedConnection(connection, stream),
        result with { Encryption = stream.IsEncrypted ? EncryptionExtent.Stream : EncryptionExtent.Handshake });

    private static HandshakeResult Accept(byte[] bytes, Handshake own, bool isOutbound)
    {
        Handshake remote = Handshake.Read(bytes);
        if (remote.PeerId == own.PeerId)
            throw new SelfConnectionException();
        return new HandshakeResult(isOutbound, remote.InfoHash, remote.PeerId, remote.Reserved, remote.Reserved & own.Reserved);
    }

    private static async Task FillAsync(Stream stream, byte[] bytes, int from, int to, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Another protocol is recognized by its first bytes; there is no need to wait for 68 of them.
            if (!Handshake.CanBegin(bytes.AsSpan(0, from)))
                throw new PeerProtocolException("not a BitTorrent handshake");
            if (from == to)
                return;
            from += await ReadAsync(stream, bytes.AsMemory(from, to - from), from, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, int have, CancellationToken cancellationToken)
    {
        int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return count > 0 ? count : throw new IOException($"closed by the peer after {have} bytes of the handshake");
    }

    private async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> handshake, CancellationToken cancellationToken)
    {
        using var timeLimit = new CancellationTokenSource(limit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeLimit.Token, cancellationToken);
        try
        {
            return await handshake(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeLimit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no handshake within {limit.TotalSeconds:0} s", e);
        }
    }

    // Whether a failure is the timeout of WithinAsync.
    private static bool IsTimeUp(Exception failure) => failure is IOException { InnerException: OperationCanceledException };
}
