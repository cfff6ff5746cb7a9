using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Support;

/// <summary>One connection of a <see cref="ScriptedHost"/>: the operations of an honest peer, from which a script may deviate at any point.</summary>
internal sealed class ScriptedSession(ScriptedPeer peer, TestTorrent data, PeerId id, bool isDialling, TimeProvider time, CancellationToken token)
{
    public ScriptedPeer Peer { get; } = peer;

    public TestTorrent Data { get; } = data;

    public PeerId Id { get; } = id;

    /// <summary>Whether this side dialled.</summary>
    public bool IsDialling { get; } = isDialling;

    /// <summary>Cancelled at the end of the test.</summary>
    public CancellationToken Token { get; } = token;

    /// <summary>Number of requests received so far.</summary>
    public int Requests { get; private set; }

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), time, Token);

    /// <summary>Sends our handshake and reads that of the other side.</summary>
    public async Task<Handshake> HandshakeAsync(ReservedBits? reserved = null)
    {
        await Peer.SendHandshakeAsync(Data.Metainfo.Swarms[0], Id, Token, reserved);
        return await Peer.ReadHandshakeAsync(Token);
    }

    public ValueTask SendAsync(params PeerMessage[] messages) => Peer.SendAsync(ScriptedPeer.Encode(messages), Token);

    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes) => Peer.SendAsync(bytes, Token);

    /// <summary>Sends a frame with the given id and payload.</summary>
    public ValueTask SendFrameAsync(byte id, params byte[] payload) => SendBytesAsync(FrameOf(id, payload));

    /// <summary>Announces all pieces by a bitfield, which every client understands.</summary>
    public ValueTask SendWholeAsync() => SendAsync(new BitfieldMessage(Data.BitfieldOf(_ => true)));

    public ValueTask SendBlockAsync(RequestMessage request) => SendBytesAsync(BlockOf(request));

    /// <summary>Returns the correct response to a request.</summary>
    public byte[] BlockOf(RequestMessage request) =>
        ScriptedPeer.BlockBytes(request.Piece, request.Begin, Data.Block(request.Piece, request.Begin, request.Length));

    /// <summary>Returns a response to a request with a wrong byte.</summary>
    public byte[] BadBlockOf(RequestMessage request)
    {
        byte[] bytes = BlockOf(request);
        bytes[^1] ^= 1;
        return bytes;
    }

    /// <summary>
    /// Reads messages until the other side closes the connection. By default it unchokes the peer when the peer is interested, and answers requests.
    /// </summary>
    public async Task ServeAsync(
        Func<RequestMessage, ValueTask>? onRequest = null, Func<ValueTask>? onInterested = null, Func<RawFrame, ValueTask>? onOther = null)
    {
        while (await Peer.ReadFrameAsync(Token) is { } frame)
        {
            switch ((PeerMessageId?)frame.Id)
            {
                case PeerMessageId.Interested:
                    await (onInterested?.Invoke() ?? SendAsync(UnchokeMessage.Instance));
                    break;
                case PeerMessageId.Request:
                    RequestMessage request = Decode(frame);
                    Requests++;
                    await (onRequest?.Invoke(request) ?? SendBlockAsync(request));
                    break;
                default:
                    await (onOther?.Invoke(frame) ?? ValueTask.CompletedTask);
                    break;
            }
        }
    }

    /// <summary>Acts as an honest seed, beginning with the handshake. A function can replace its responses.</summary>
    public async Task SeedAsync(Func<RequestMessage, ValueTask>? onRequest = null, ReservedBits? reserved = null)
    {
        await HandshakeAsync(reserved);
        await SendWholeAsync();
        await ServeAsync(onRequest);
    }

    /// <summary>Reads and discards everything until the other side closes the connection.</summary>
    public async Task UntilClosedAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        while (await Peer.Stream.ReadAsync(buffer, Token) > 0)
        {
        }
    }

    public static byte[] FrameOf(byte id, params byte[] payload)
    {
        byte[] bytes = new byte[5 + payload.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, 1 + payload.Length);
        bytes[4] = id;
        payload.CopyTo(bytes, 5);
        return bytes;
    }

    private static RequestMessage Decode(RawFrame frame)
    {
        frame.Payload.Should().HaveCount(12, "a request has three numbers");
        return new RequestMessage(NumberAt(frame.Payload, 0), NumberAt(frame.Payload, 4), NumberAt(frame.Payload, 8));
    }

    private static uint NumberAt(byte[] bytes, int at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
