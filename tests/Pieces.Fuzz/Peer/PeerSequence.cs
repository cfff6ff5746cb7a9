using System.Buffers;
using System.Buffers.Binary;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Fuzz.Peer;

/// <summary>Turns the bytes of an input into messages of a peer: one byte chooses the message, the next ones its numbers.</summary>
internal sealed class PeerSequence(byte[] input, PeerContent content)
{
    private const int MostMessages = 200;
    private const int MostRawBytes = 300;

    private int _at;
    private int _messages;

    /// <summary>Whether a message is left.</summary>
    public bool HasMore => _at < input.Length && _messages < MostMessages;

    /// <summary>The handshake, valid in seven cases of eight.</summary>
    public byte[] Handshake()
    {
        byte choice = Byte();
        byte[] bytes = new byte[Wire.Handshake.Length];
        var reserved = (choice & 0x10) == 0 ? ReservedBits.Own : new ReservedBits(Number64());
        new Handshake(reserved, content.Metainfo.Swarms[0], PeerId.Create(new Random(choice))).WriteTo(bytes);
        if ((choice & 7) == 7)
            bytes[Byte() % bytes.Length] ^= Byte();
        return bytes;
    }

    /// <summary>The bytes of the next message; empty for one that waits for the other side.</summary>
    /// <param name="asked">Requests that the other side has sent and that were not answered.</param>
    public byte[] Next(Queue<RequestMessage> asked)
    {
        _messages++;
        switch (Byte() % 26)
        {
            case 0: return Of(ChokeMessage.Instance);
            case 1 or 2: return Of(UnchokeMessage.Instance);
            case 3 or 4: return Of(InterestedMessage.Instance);
            case 5: return Of(NotInterestedMessage.Instance);
            case 6: return Of(new HaveMessage(Piece()));
            case 7: return Of(new BitfieldMessage(Bits()));
            case 8 or 9: return Of(new RequestMessage(Piece(), Begin(), Length()));
            case 10 or 11 or 12: return asked.TryDequeue(out RequestMessage? request) ? Block(request, Byte()) : [];
            case 13: return Block(new RequestMessage(Piece(), Begin(), Length()), Byte());
            case 14: return Of(new CancelMessage(Piece(), Begin(), Length()));
            case 15:
                return Of(asked.TryDequeue(out RequestMessage? lost)
                ? new RejectRequestMessage(lost.Piece, lost.Begin, lost.Length) : new RejectRequestMessage(Piece(), Begin(), Length()));
            case 16: return Of(new SuggestPieceMessage(Piece()));
            case 17: return Of(new AllowedFastMessage(Piece()));
            case 18: return Of((Byte() & 1) == 0 ? HaveAllMessage.Instance : HaveNoneMessage.Instance);
            case 19: return Of(new PortMessage((ushort)Number()));
            case 20: return Of(new ExtendedMessage(0, Bencoded()));
            case 21: return Of(new ExtendedMessage((byte)(Byte() % 8), Bencoded()));
            case 22: return Frame(Byte(), Raw());
            case 23: return [0, 0, 0, 0];
            case 24: return Raw();
            default: return [];
        }
    }

    private static byte[] Of(PeerMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        PeerMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Frame(byte id, byte[] payload)
    {
        byte[] bytes = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 1 + payload.Length);
        bytes[4] = id;
        payload.CopyTo(bytes, 5);
        return bytes;
    }

    private byte Byte() => _at < input.Length ? input[_at++] : (byte)0;

    private uint Number() => (uint)((Byte() << 8) | Byte());

    private ulong Number64() => ((ulong)Number() << 48) | ((ulong)Number() << 32) | ((ulong)Number() << 16) | Number();

    private uint Piece() => Byte() is var choice && choice < 250 ? (uint)(choice % content.Metainfo.Layout.PieceCount) : choice switch
    {
        250 => (uint)content.Metainfo.Layout.PieceCount,
        251 => uint.MaxValue,
        252 => int.MaxValue,
        253 => 0x8000_0000,
        _ => Number(),
    };

    private uint Begin() => Byte() switch
    {
        < 128 => 0,
        < 240 => BlockRequest.MaxLength,
        240 => uint.MaxValue,
        241 => 1,
        _ => Number(),
    };

    private uint Length() => Byte() switch
    {
        < 200 => BlockRequest.MaxLength,
        200 => 0,
        201 => uint.MaxValue,
        202 => 128 * 1024,
        203 => BlockRequest.MaxLength + 1,
        _ => Number(),
    };

    private byte[] Bits()
    {
        byte choice = Byte();
        byte[] bits = new byte[Bitfield.ByteLengthOf(content.Metainfo.Layout.PieceCount) + (choice == 255 ? 1 : 0)];
        if ((choice & 1) == 0)
            Array.Fill(bits, (byte)0xFF);
        else
            new Random(choice).NextBytes(bits);
        return bits;
    }

    private byte[] Block(RequestMessage request, byte choice)
    {
        byte[] data = content.Block(request);
        if (choice >= 192 && data.Length > 0)
            data[choice % data.Length] ^= choice;
        byte[] payload = new byte[8 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, request.Piece);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), request.Begin);
        data.CopyTo(payload, 8);
        return Frame((byte)PeerMessageId.Piece, payload);
    }

    private byte[] Raw()
    {
        int length = Math.Min((int)(Number() % MostRawBytes), input.Length - _at);
        byte[] bytes = input.AsSpan(Math.Min(_at, input.Length), Math.Max(length, 0)).ToArray();
        _at += bytes.Length;
        return bytes;
    }

    private byte[] Bencoded() => (Byte() % 8) switch
    {
        0 => "d1:md11:lt_donthavei7e11:ut_metadatai1e7:pc_lotsi4e6:ut_pexi2ee1:pi6881e4:reqqi250e1:v1:xe"u8.ToArray(),
        1 => "d8:msg_typei0e5:piecei0ee"u8.ToArray(),
        2 => [.. "d8:msg_typei1e5:piecei0e10:total_sizei200ee"u8, .. new byte[Byte()]],
        3 => [.. "d5:added"u8, .. Text(6 * (Byte() % 60)), .. "7:added.f0:e"u8],
        4 => [0, 0, 0, Byte()],
        5 => [Byte()],
        6 => "d1:mdee"u8.ToArray(),
        _ => Raw(),
    };

    private byte[] Text(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return [.. System.Text.Encoding.ASCII.GetBytes($"{length}:"), .. bytes];
    }
}
