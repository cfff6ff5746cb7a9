using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Support;

/// <summary>One connection of a <see cref="ScriptedHost"/>: what a script needs to behave well, until it chooses not to.</summary>
internal sealed class ScriptedSession(ScriptedPeer peer, SwarmData data, PeerId id, bool isDialling, TimeProvider time, CancellationToken token)
{
    public ScriptedPeer Peer { get; } = peer;

    public SwarmData Data { get; } = data;

    public PeerId Id { get; } = id;

    /// <summary>Whether this side dialled.</summary>
    public bool IsDialling { get; } = isDialling;

    /// <summary>Ends with the test.</summary>
    public CancellationToken Token { get; } = token;

    /// <summary>Requests that have come so far.</summary>
    public int Requests { get; private set; }

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), time, Token);

    /// <summary>The handshake of either direction.</summary>
    public async Task<Handshake> HandshakeAsync(ReservedBits? reserved = null)
    {
        await Peer.SendHandshakeAsync(Data.Metainfo.Swarms[0], Id, Token, reserved);
        return await Peer.ReadHandshakeAsync(Token);
    }

    public ValueTask SendAsync(params PeerMessage[] messages) => Peer.SendAsync(ScriptedPeer.Encode(messages), Token);

    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes) => Peer.SendAsync(bytes, Token);

    /// <summary>A frame of any id with any payload.</summary>
    public ValueTask SendFrameAsync(byte id, params byte[] payload) => SendBytesAsync(FrameOf(id, payload));

    /// <summary>Says that it has everything, in the way that everybody understands.</summary>
    public ValueTask SendWholeAsync() => SendAsync(new BitfieldMessage(Data.BitfieldOf(_ => true)));

    public ValueTask SendBlockAsync(RequestMessage request) => SendBytesAsync(BlockOf(request));

    /// <summary>The right answer to a request.</summary>
    public byte[] BlockOf(RequestMessage request) =>
        ScriptedPeer.BlockBytes(request.Piece, request.Begin, Data.Block(request.Piece, request.Begin, request.Length));

    /// <summary>A wrong answer to a request.</summary>
    public byte[] BadBlockOf(RequestMessage request)
    {
        byte[] bytes = BlockOf(request);
        bytes[^1] ^= 1;
        return bytes;
    }

    /// <summary>Reads until the other side closes; unchokes who is interested and answers requests, unless told otherwise.</summary>
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

    /// <summary>An honest seed from the handshake on, whose answers may be bent.</summary>
    public async Task SeedAsync(Func<RequestMessage, ValueTask>? onRequest = null, ReservedBits? reserved = null)
    {
        await HandshakeAsync(reserved);
        await SendWholeAsync();
        await ServeAsync(onRequest);
    }

    /// <summary>Reads and drops everything until the other side closes.</summary>
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
