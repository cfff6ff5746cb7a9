using System.Buffers.Binary;
using System.Net.Sockets;

namespace Pieces.Benchmarks.Growth;

/// <summary>The handshake and the few messages of the raw peers.</summary>
internal static class RawHandshake
{
    public const int Length = 68;
    public const byte Unchoke = 1;
    public const byte HaveNone = 15;

    /// <summary>A handshake that offers the fast extension, or nothing beyond BEP 3.</summary>
    public static byte[] Make(ReadOnlySpan<byte> infoHash, int peer, bool isFast)
    {
        var bytes = new byte[Length];
        "\u0013BitTorrent protocol"u8.CopyTo(bytes);
        bytes[27] = (byte)(isFast ? 4 : 0);
        infoHash.CopyTo(bytes.AsSpan(28));
        "-ZR0001-"u8.CopyTo(bytes.AsSpan(48));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(64), peer);
        return bytes;
    }

    /// <summary>A message that is nothing but its id.</summary>
    public static byte[] Message(byte id) => [0, 0, 0, 1, id];

    /// <summary>A bitfield with every <paramref name="step"/>th piece.</summary>
    public static byte[] Bitfield(int pieceCount, int step)
    {
        int length = (pieceCount + 7) / 8;
        var message = new byte[5 + length];
        BinaryPrimitives.WriteInt32BigEndian(message, 1 + length);
        message[4] = 5;
        for (int i = 0; i < pieceCount; i += step)
            message[5 + (i / 8)] |= (byte)(0x80 >> (i % 8));
        return message;
    }

    /// <summary>Reads exactly one handshake; false when the other side closes instead.</summary>
    public static async Task<bool> ReadAsync(Socket socket, Memory<byte> handshake, CancellationToken cancellationToken)
    {
        int have = 0;
        while (have < Length)
        {
            int read = await socket.ReceiveAsync(handshake[have..Length], cancellationToken);
            if (read == 0)
                return false;
            have += read;
        }

        return true;
    }
}
