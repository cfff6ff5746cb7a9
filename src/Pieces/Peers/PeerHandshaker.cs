using Pieces.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What the handshake told of a peer.</summary>
/// <param name="IsOutbound">Whether we dialled.</param>
/// <param name="InfoHash">The swarm that both sides agreed on.</param>
/// <param name="RemoteId">The peer's id.</param>
/// <param name="Reserved">What the peer can do, as it says.</param>
/// <param name="Common">What both sides can do.</param>
internal sealed record HandshakeResult(bool IsOutbound, InfoHash InfoHash, PeerId RemoteId, ReservedBits Reserved, ReservedBits Common);

/// <summary>
/// Opens a connection in either direction (BEP 3), within <see cref="TimeLimit"/>. It reads the 68 bytes of a handshake and never one more, however
/// the
/// stream is cut: what follows is left for the connection. The transport connection stays the caller's, also when this fails.
/// </summary>
internal sealed class PeerHandshaker
{
    /// <summary>Time for a whole handshake, both directions.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    private readonly PeerId _ownId;
    private readonly ReservedBits _ownReserved;
    private readonly TimeProvider _timeProvider;
    private readonly Func<InfoHash, bool>? _usesDht;

    /// <summary>Makes a handshaker that presents itself as <paramref name="ownId"/>.</summary>
    /// <param name="ownId">Our id.</param>
    /// <param name="ownReserved">What we can do for every torrent.</param>
    /// <param name="timeProvider">For the time limit.</param>
    /// <param name="usesDht">Whether a torrent takes part in the DHT at this moment; null where none does. Called on any thread.</param>
    public PeerHandshaker(PeerId ownId, ReservedBits ownReserved, TimeProvider timeProvider, Func<InfoHash, bool>? usesDht = null)
    {
        _usesDht = usesDht;
        _ownId = ownId;
        _ownReserved = ownReserved;
        _timeProvider = timeProvider;
    }

    /// <summary>Opens a connection that we dialled.</summary>
    /// <exception cref="PeerProtocolException">The other side speaks another protocol or is in another swarm.</exception>
    /// <exception cref="SelfConnectionException">The other side is this client.</exception>
    /// <exception cref="IOException">It closed, or did not answer in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public Task<HandshakeResult> DialAsync(ITransportConnection connection, InfoHash infoHash, CancellationToken cancellationToken) =>
        WithinTimeLimitAsync(token => DialUnlimitedAsync(connection.Stream, infoHash, token), cancellationToken);

    /// <summary>Answers a connection that somebody else dialled. Nothing is sent before <paramref name="isKnown"/> agreed to the info-hash.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isKnown">Whether a torrent of that info-hash takes peers now; called once at most, on any thread.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerProtocolException">The other side speaks another protocol, or asks for an unknown info-hash.</exception>
    /// <exception cref="SelfConnectionException">The other side is this client.</exception>
    /// <exception cref="IOException">It closed, or did not finish in time.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public Task<HandshakeResult> AnswerAsync(ITransportConnection connection, Func<InfoHash, bool> isKnown, CancellationToken cancellationToken) =>
        WithinTimeLimitAsync(token => AnswerUnlimitedAsync(connection.Stream, isKnown, token), cancellationToken);

    private async Task<HandshakeResult> DialUnlimitedAsync(Stream stream, InfoHash infoHash, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Handshake.Length];
        ReservedBits own = await SendAsync(stream, infoHash, cancellationToken).ConfigureAwait(false);
        await FillAsync(stream, bytes, 0, Handshake.Length, cancellationToken).ConfigureAwait(false);
        HandshakeResult result = Accept(bytes, own, isOutbound: true);
        if (result.InfoHash != infoHash)
            throw new PeerProtocolException($"answered for info-hash {result.InfoHash}, asked for {infoHash}");
        return result;
    }

    private async Task<HandshakeResult> AnswerUnlimitedAsync(Stream stream, Func<InfoHash, bool> isKnown, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Handshake.Length];
        await FillAsync(stream, bytes, 0, Handshake.LengthToInfoHash, cancellationToken).ConfigureAwait(false);
        InfoHash infoHash = Handshake.ReadInfoHash(bytes);
        if (!isKnown(infoHash))
            throw new PeerProtocolException($"asks for unknown info-hash {infoHash}");

        // The answer goes out before the peer id is here: some clients send theirs only once they have seen it.
        ReservedBits own = await SendAsync(stream, infoHash, cancellationToken).ConfigureAwait(false);
        await FillAsync(stream, bytes, Handshake.LengthToInfoHash, Handshake.Length, cancellationToken).ConfigureAwait(false);
        return Accept(bytes, own, isOutbound: false);
    }

    // Gives what was said that we can do.
    private async Task<ReservedBits> SendAsync(Stream stream, InfoHash infoHash, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Handshake.Length];
        ReservedBits own = _usesDht?.Invoke(infoHash) == true ? _ownReserved.WithDht(true) : _ownReserved;
        new Handshake(own, infoHash, _ownId).WriteTo(bytes);
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        return own;
    }

    private HandshakeResult Accept(byte[] bytes, ReservedBits own, bool isOutbound)
    {
        Handshake remote = Handshake.Read(bytes);
        if (remote.PeerId == _ownId)
            throw new SelfConnectionException();
        return new HandshakeResult(isOutbound, remote.InfoHash, remote.PeerId, remote.Reserved, remote.Reserved & own);
    }

    private static async Task FillAsync(Stream stream, byte[] bytes, int from, int to, CancellationToken cancellationToken)
    {
        while (from < to)
        {
            int count = await stream.ReadAsync(bytes.AsMemory(from, to - from), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new IOException($"closed by the peer after {from} bytes of the handshake");
            from += count;

            // Another protocol shows at once; waiting for 68 bytes of it would only cost time.
            if (!Handshake.CanBegin(bytes.AsSpan(0, from)))
                throw new PeerProtocolException("not a BitTorrent handshake");
        }
    }

    private async Task<HandshakeResult> WithinTimeLimitAsync(
        Func<CancellationToken, Task<HandshakeResult>> handshake, CancellationToken cancellationToken)
    {
        using var timeLimit = new CancellationTokenSource(TimeLimit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeLimit.Token, cancellationToken);
        try
        {
            return await handshake(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeLimit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no handshake within {TimeLimit.TotalSeconds:0} s", e);
        }
    }
}
