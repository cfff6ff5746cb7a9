using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The fields of a <c>piece</c> message before its payload (BEP 3), not range-checked.</summary>
internal readonly record struct PieceHeader(uint Piece, uint Begin);

/// <summary>Decodes frames to messages and encodes messages (BEP 3, 5, 6, 10).</summary>
internal static class PeerMessageCodec
{
    /// <summary>Length in bytes of a <c>piece</c> message before its payload: length prefix, id, piece index, offset.</summary>
    public const int PieceHeaderLength = 13;

    // Maximum length in bytes of a message of fixed length: length prefix, id, three numbers.
    private const int LongestFixedLength = 17;

    /// <summary>
    /// Decodes one frame. Null for a keep-alive and for an unknown id, which is ignored for compatibility with newer peers. Must not be called for
    /// <see cref="PeerMessageId.Piece"/>, whose payload is to be copied only once: see <see cref="ReadPieceHeader"/>.
    /// </summary>
    /// <exception cref="PeerProtocolException">The payload's length does not match the id.</exception>
    public static PeerMessage? Decode(in PeerFrame frame)
    {
        if (frame.IsKeepAlive)
            return null;

        ReadOnlySequence<byte> payload = frame.Payload;
        switch (frame.Id)
        {
            case PeerMessageId.Choke: ExpectLength(frame, 0); return ChokeMessage.Instance;
            case PeerMessageId.Unchoke: ExpectLength(frame, 0); return UnchokeMessage.Instance;
            case PeerMessageId.Interested: ExpectLength(frame, 0); return InterestedMessage.Instance;
            case PeerMessageId.NotInterested: ExpectLength(frame, 0); return NotInterestedMessage.Instance;
            case PeerMessageId.HaveAll: ExpectLength(frame, 0); return HaveAllMessage.Instance;
            case PeerMessageId.HaveNone: ExpectLength(frame, 0); return HaveNoneMessage.Instance;
            case PeerMessageId.Have: return new HaveMessage(ReadNumber(frame));
            case PeerMessageId.SuggestPiece: return new SuggestPieceMessage(ReadNumber(frame));
            case PeerMessageId.AllowedFast: return new AllowedFastMessage(ReadNumber(frame));
            case PeerMessageId.Port: return new PortMessage(ReadPort(frame));
            case PeerMessageId.Bitfield: return new BitfieldMessage(payload.ToArray());
            case PeerMessageId.Request:
                {
                    (uint piece, uint begin, uint length) = ReadThree(frame);
                    return new RequestMessage(piece, begin, length);
                }

            case PeerMessageId.Cancel:
                {
                    (uint piece, uint begin, uint length) = ReadThree(frame);
                    return new CancelMessage(piece, begin, length);
                }

            case PeerMessageId.RejectRequest:
                {
                    (uint piece, uint begin, uint length) = ReadThree(frame);
                    return new RejectRequestMessage(piece, begin, length);
                }

            case PeerMessageId.Extended:
                if (payload.IsEmpty)
                    throw new PeerProtocolException("extended message without an extension's id");
                return new ExtendedMessage(payload.FirstSpan[0], payload.Slice(1).ToArray());
            case PeerMessageId.Piece:
                throw new UnreachableException("a piece message is not decoded as a whole");
            default:
                return null;
        }
    }

    /// <summary>
    /// Reads the header of a <c>piece</c> message; <paramref name="frame"/> starts at the length prefix and has at least
    /// <see cref="PieceHeaderLength"/> bytes.
    /// </summary>
    public static PieceHeader ReadPieceHeader(in ReadOnlySequence<byte> frame)
    {
        Span<byte> bytes = stackalloc byte[PieceHeaderLength];
        frame.Slice(0, PieceHeaderLength).CopyTo(bytes);
        return new PieceHeader(BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[9..]));
    }

    /// <summary>Writes the header of a <c>piece</c> message, <see cref="PieceHeaderLength"/> bytes.</summary>
    public static void WritePieceHeader(Span<byte> destination, BlockRequest block)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, 9 + block.Length);
        destination[4] = (byte)PeerMessageId.Piece;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], block.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(destination[9..], block.Begin);
    }

    /// <summary>Writes a keep-alive.</summary>
    public static void EncodeKeepAlive(IBufferWriter<byte> output)
    {
        output.GetSpan(PeerFrameHeader.PrefixLength)[..PeerFrameHeader.PrefixLength].Clear();
        output.Advance(PeerFrameHeader.PrefixLength);
    }

    /// <summary>Writes a request for a block.</summary>
    public static void EncodeRequest(BlockRequest block, IBufferWriter<byte> output) =>
        WriteThree(output, PeerMessageId.Request, (uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length);

    /// <summary>Writes one message, length prefix included.</summary>
    public static void Encode(PeerMessage message, IBufferWriter<byte> output)
    {
        switch (message)
        {
            case ChokeMessage: WriteBare(output, PeerMessageId.Choke); break;
            case UnchokeMessage: WriteBare(output, PeerMessageId.Unchoke); break;
            case InterestedMessage: WriteBare(output, PeerMessageId.Interested); break;
            case NotInterestedMessage: WriteBare(output, PeerMessageId.NotInterested); break;
            case HaveAllMessage: WriteBare(output, PeerMessageId.HaveAll); break;
            case HaveNoneMessage: WriteBare(output, PeerMessageId.HaveNone); break;
            case HaveMessage have: WriteNumber(output, PeerMessageId.Have, have.Piece); break;
            case SuggestPieceMessage suggest: WriteNumber(output, PeerMessageId.SuggestPiece, suggest.Piece); break;
            case AllowedFastMessage allowed: WriteNumber(output, PeerMessageId.AllowedFast, allowed.Piece); break;
            case RequestMessage m: WriteThree(output, PeerMessageId.Request, m.Piece, m.Begin, m.Length); break;
            case CancelMessage m: WriteThree(output, PeerMessageId.Cancel, m.Piece, m.Begin, m.Length); break;
            case RejectRequestMessage m: WriteThree(output, PeerMessageId.RejectRequest, m.Piece, m.Begin, m.Length); break;
            case PortMessage m: WritePort(output, m.Port); break;
            case BitfieldMessage m: WriteBytes(output, PeerMessageId.Bitfield, [], m.Bytes); break;
            case ExtendedMessage m: WriteBytes(output, PeerMessageId.Extended, [m.ExtendedId], m.Payload); break;
            default: throw new UnreachableException(message.GetType().Name);
        }
    }

    private static void ExpectLength(in PeerFrame frame, int length)
    {
        if (frame.Payload.Length != length)
            throw new PeerProtocolException($"{frame.Id} message with {frame.Payload.Length} bytes of payload; {length} expected");
    }

    private static uint ReadNumber(in PeerFrame frame)
    {
        ExpectLength(frame, 4);
        Span<byte> bytes = stackalloc byte[4];
        frame.Payload.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static ushort ReadPort(in PeerFrame frame)
    {
        ExpectLength(frame, 2);
        Span<byte> bytes = stackalloc byte[2];
        frame.Payload.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private static (uint Piece, uint Begin, uint Length) ReadThree(in PeerFrame frame)
    {
        ExpectLength(frame, 12);
        Span<byte> bytes = stackalloc byte[12];
        frame.Payload.CopyTo(bytes);
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));
    }

    private static Span<byte> Begin(IBufferWriter<byte> output, PeerMessageId id, int payloadLength)
    {
        Span<byte> span = output.GetSpan(LongestFixedLength);
        BinaryPrimitives.WriteInt32BigEndian(span, 1 + payloadLength);
        span[4] = (byte)id;
        return span;
    }

    private static void WriteBare(IBufferWriter<byte> output, PeerMessageId id)
    {
        Begin(output, id, 0);
        output.Advance(5);
    }

    private static void WriteNumber(IBufferWriter<byte> output, PeerMessageId id, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Begin(output, id, 4)[5..], number);
        output.Advance(9);
    }

    private static void WriteThree(IBufferWriter<byte> output, PeerMessageId id, uint piece, uint begin, uint length)
    {
        Span<byte> span = Begin(output, id, 12);
        BinaryPrimitives.WriteUInt32BigEndian(span[5..], piece);
        BinaryPrimitives.WriteUInt32BigEndian(span[9..], begin);
        BinaryPrimitives.WriteUInt32BigEndian(span[13..], length);
        output.Advance(LongestFixedLength);
    }

    private static void WritePort(IBufferWriter<byte> output, ushort port)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Begin(output, PeerMessageId.Port, 2)[5..], port);
        output.Advance(7);
    }

    private static void WriteBytes(IBufferWriter<byte> output, PeerMessageId id, ReadOnlySpan<byte> front, ReadOnlySpan<byte> rest)
    {
        Begin(output, id, front.Length + rest.Length);
        output.Advance(5);
        output.Write(front);
        output.Write(rest);
    }
}
