using System.Buffers;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The start of a frame, which can be checked before its payload has arrived.</summary>
/// <param name="Length">The length prefix: number of bytes after it, id included; 0 for a keep-alive.</param>
/// <param name="Id">The message type; meaningless for a keep-alive.</param>
internal readonly record struct PeerFrameHeader(int Length, PeerMessageId Id)
{
    /// <summary>Length of a length prefix in bytes.</summary>
    public const int PrefixLength = 4;

    /// <summary>Whether it is a keep-alive, which has neither id nor payload.</summary>
    public bool IsKeepAlive => Length == 0;
}

/// <summary>The bytes of one message. The payload is a view into the input, valid until the input is consumed.</summary>
internal readonly record struct PeerFrame(PeerFrameHeader Header, ReadOnlySequence<byte> Payload)
{
    /// <summary>The frame without id and payload.</summary>
    public static PeerFrame KeepAlive => default;

    /// <summary>The message type; meaningless for a keep-alive.</summary>
    public PeerMessageId Id => Header.Id;

    /// <summary>Whether it is a keep-alive.</summary>
    public bool IsKeepAlive => Header.IsKeepAlive;
}

/// <summary>Splits a peer's byte stream into length-prefixed frames (BEP 3, "peer messages").</summary>
internal static class PeerFraming
{
    /// <summary>Reads a frame's length prefix and id without consuming them.</summary>
    /// <param name="input">Unread bytes.</param>
    /// <param name="maxLength">Maximum accepted length prefix in bytes.</param>
    /// <param name="header">The start of the frame.</param>
    /// <returns><see langword="false"/> if more bytes are needed.</returns>
    /// <exception cref="PeerProtocolException">The prefix exceeds <paramref name="maxLength"/>.</exception>
    public static bool TryPeek(in ReadOnlySequence<byte> input, int maxLength, out PeerFrameHeader header)
    {
        header = default;
        var reader = new SequenceReader<byte>(input);
        if (!reader.TryReadBigEndian(out int length))
            return false;

        // The peer chooses this number. Waiting for that many bytes would let one prefix make us buffer 4 GiB.
        if ((uint)length > (uint)maxLength)
            throw new PeerProtocolException($"message of {(uint)length} bytes; at most {maxLength} allowed");
        if (length == 0)
            return true;
        if (!reader.TryRead(out byte id))
            return false;

        header = new PeerFrameHeader(length, (PeerMessageId)id);
        return true;
    }

    /// <summary>Reads one frame from the start of a peer's byte stream.</summary>
    /// <param name="input">Unread bytes. On success it starts after the frame; otherwise it is unchanged.</param>
    /// <param name="maxLength">Maximum accepted length prefix in bytes.</param>
    /// <param name="frame">A view into <paramref name="input"/>, valid until the input is consumed.</param>
    /// <returns><see langword="false"/> if more bytes are needed.</returns>
    /// <exception cref="PeerProtocolException">The prefix exceeds <paramref name="maxLength"/>.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> input, int maxLength, out PeerFrame frame)
    {
        frame = PeerFrame.KeepAlive;
        if (!TryPeek(input, maxLength, out PeerFrameHeader header))
            return false;
        if (input.Length < PeerFrameHeader.PrefixLength + (long)header.Length)
            return false;

        if (!header.IsKeepAlive)
            frame = new PeerFrame(header, input.Slice(PeerFrameHeader.PrefixLength + 1, header.Length - 1));
        input = input.Slice(PeerFrameHeader.PrefixLength + header.Length);
        return true;
    }
}
