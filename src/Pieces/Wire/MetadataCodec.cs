using System.Buffers;
using System.Diagnostics;
using Pieces.Bencode;

namespace Pieces.Wire;

/// <summary>Encodes and decodes the messages of the metadata exchange (BEP 9), and computes part counts and lengths.</summary>
internal static class MetadataCodec
{
    /// <summary>The extension's name in an extension handshake.</summary>
    public const string ExtensionName = "ut_metadata";

    /// <summary>Length in bytes of every part except the last, which may be shorter.</summary>
    public const int PartLength = 16 * 1024;

    // Maximum number of bencoded values: three keys with their values, and room for future additions.
    private const int MaxNodes = 64;

    private const int RequestType = 0;
    private const int DataType = 1;
    private const int RejectType = 2;

    /// <summary>Number of parts of metadata of <paramref name="size"/> bytes.</summary>
    public static int PartCount(int size) => ((size - 1) / PartLength) + 1;

    /// <summary>Length in bytes of one part of metadata of <paramref name="size"/> bytes; the part must be in range.</summary>
    public static int LengthOf(int part, int size) => Math.Min(PartLength, size - (part * PartLength));

    /// <summary>Decodes the payload after the extension's id. Null for an unknown message type, which must be ignored.</summary>
    /// <exception cref="PeerProtocolException">The payload is not a metadata message, or a part has a wrong length.</exception>
    public static MetadataMessage? Decode(ReadOnlyMemory<byte> payload)
    {
        if (!BencodeReader.TryReadPrefix(payload, out BencodeNode root, out int consumed, MaxNodes) || root.Kind != BencodeKind.Dictionary)
            throw new PeerProtocolException("metadata message is not a bencoded dictionary");
        if (!root.TryGetInteger("msg_type"u8, out long type))
            throw new PeerProtocolException("metadata message without a type");
        if (type is < RequestType or > RejectType)
            return null;
        if (!root.TryGetInteger("piece"u8, out long part) || part is < 0 or > int.MaxValue / PartLength)
            throw new PeerProtocolException("metadata message without a usable part number");
        return type switch
        {
            RequestType => new MetadataRequest((int)part),
            RejectType => new MetadataReject((int)part),
            _ => DecodeData(root, (int)part, payload[consumed..]),
        };
    }

    /// <summary>Encodes the payload after the extension's id.</summary>
    public static byte[] Encode(MetadataMessage message)
    {
        var output = new ArrayBufferWriter<byte>(64 + (message is MetadataData { Bytes.Length: var length } ? length : 0));
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        writer.Integer("msg_type"u8, message switch
        {
            MetadataRequest => RequestType,
            MetadataData => DataType,
            MetadataReject => RejectType,
            _ => throw new UnreachableException(message.GetType().Name),
        });
        writer.Integer("piece"u8, message.Part);
        if (message is MetadataData data)
        {
            writer.Integer("total_size"u8, data.TotalSize);
            writer.End();
            output.Write(data.Bytes.Span);
        }
        else
        {
            writer.End();
        }

        return output.WrittenSpan.ToArray();
    }

    private static MetadataData DecodeData(BencodeNode root, int part, ReadOnlyMemory<byte> bytes)
    {
        if (!root.TryGetInteger("total_size"u8, out long size) || size is < 1 or > ExtensionHandshake.MaxMetadataSize)
            throw new PeerProtocolException("part of the metadata without a usable total size");
        if (part >= PartCount((int)size))
            throw new PeerProtocolException($"part {part} of metadata of {size} bytes, which has {PartCount((int)size)} parts");
        if (bytes.Length != LengthOf(part, (int)size))
            throw new PeerProtocolException($"part {part} of metadata of {size} bytes has {bytes.Length} bytes, not {LengthOf(part, (int)size)}");
        return new MetadataData(part, (int)size, bytes);
    }
}
