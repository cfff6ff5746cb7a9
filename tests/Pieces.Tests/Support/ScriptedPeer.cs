using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Support;

/// <summary>A received frame, not validated: the id and the payload. The id of a keep-alive is null.</summary>
internal sealed record RawFrame(byte? Id, byte[] Payload);

/// <summary>Sends and receives raw bytes over any transport, as an honest or a malicious peer does.</summary>
internal sealed class ScriptedPeer(ITransportConnection connection) : IAsyncDisposable
{
    public Stream Stream => connection.Stream;

    public IPEndPoint RemoteEndPoint => connection.RemoteEndPoint;

    /// <summary>Dials a listener.</summary>
    public static async Task<ScriptedPeer> DialAsync(ITransport transport, IPEndPoint remote, CancellationToken cancellationToken) =>
        new(await transport.ConnectAsync(remote, cancellationToken));

    /// <summary>Accepts the next incoming connection.</summary>
    public static async Task<ScriptedPeer> AcceptAsync(ITransportListener listener, CancellationToken cancellationToken) =>
        new(await listener.AcceptAsync(cancellationToken));

    public static byte[] HandshakeBytes(SwarmKey infoHash, PeerId peerId, ReservedBits? reserved = null)
    {
        byte[] bytes = new byte[Handshake.Length];
        new Handshake(reserved ?? ReservedBits.Own, infoHash, peerId).WriteTo(bytes);
        return bytes;
    }

    public static byte[] Encode(params PeerMessage[] messages)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (PeerMessage message in messages)
            PeerMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Encodes a <c>piece</c> message.</summary>
    public static byte[] BlockBytes(uint piece, uint begin, ReadOnlySpan<byte> data)
    {
        byte[] bytes = new byte[PeerMessageCodec.PieceHeaderLength + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 9 + data.Length);
        bytes[4] = (byte)PeerMessageId.Piece;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), piece);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), begin);
        data.CopyTo(bytes.AsSpan(PeerMessageCodec.PieceHeaderLength));
        return bytes;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Stream.WriteAsync(bytes, cancellationToken);

    public ValueTask SendAsync(PeerMessage message, CancellationToken cancellationToken) => Stream.WriteAsync(Encode(message), cancellationToken);

    public ValueTask SendHandshakeAsync(SwarmKey infoHash, PeerId peerId, CancellationToken cancellationToken, ReservedBits? reserved = null) =>
        Stream.WriteAsync(HandshakeBytes(infoHash, peerId, reserved), cancellationToken);

    public async Task<Handshake> ReadHandshakeAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Handshake.Length];
        await Stream.ReadExactlyAsync(bytes, cancellationToken);
        return Handshake.Read(bytes);
    }

    /// <summary>Reads the next frame; null at the end of the stream.</summary>
    public async Task<RawFrame?> ReadFrameAsync(CancellationToken cancellationToken)
    {
        byte[] prefix = new byte[4];
        int got = await Stream.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false, cancellationToken);
        if (got == 0)
            return null;
        if (got < 4)
            throw new EndOfStreamException($"{got} bytes of a length prefix");
        byte[] rest = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await Stream.ReadExactlyAsync(rest, cancellationToken);
        return rest.Length == 0 ? new RawFrame(null, []) : new RawFrame(rest[0], rest[1..]);
    }

    /// <summary>Whether the other side has closed and nothing is left to read.</summary>
    public async Task<bool> IsClosedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Stream.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
