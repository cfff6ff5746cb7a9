using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using Pieces.Bencode;

namespace Pieces.Wire;

/// <summary>
/// The handshake of the extension protocol (BEP 10, with <c>metadata_size</c> of BEP 9 and <c>upload_only</c> of BEP 21). Every field is optional;
/// null means absent or unusable.
/// </summary>
internal sealed record ExtensionHandshake
{
    /// <summary>Maximum length of a handshake that is decoded, in bytes; normal ones have a few hundred.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Maximum number of extensions kept per handshake.</summary>
    public const int MaxExtensions = 64;

    /// <summary>Maximum length of an extension's name in bytes; extensions with longer names are ignored.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Maximum accepted metadata size in bytes; the largest known valid one has 15 MB (BEP 9).</summary>
    public const int MaxMetadataSize = 64 * 1024 * 1024;

    // Maximum number of bencoded values: names, ids and the few other fields; anything with more is not a handshake.
    private const int MaxNodes = 1024;

    /// <summary>Extensions and the message ids that the sender assigned to them; 0 disables one.</summary>
    public ImmutableSortedDictionary<string, byte> Extensions { get; init; } = NoExtensions;

    /// <summary>Name of the sender's program, safe to print (<c>v</c>).</summary>
    public string? Client { get; init; }

    /// <summary>Port on which the sender listens (<c>p</c>), at least 1.</summary>
    public int? Port { get; init; }

    /// <summary>Maximum number of pending requests that the sender accepts (<c>reqq</c>), at least 1.</summary>
    public int? RequestQueue { get; init; }

    /// <summary>The receiver's address as the sender sees it (<c>yourip</c>).</summary>
    public IPAddress? YourAddress { get; init; }

    /// <summary>Size of the <c>info</c> dictionary in bytes (<c>metadata_size</c>), at least 1.</summary>
    public int? MetadataSize { get; init; }

    /// <summary>Whether the sender downloads nothing (<c>upload_only</c>).</summary>
    public bool IsUploadOnly { get; init; }

    private static ImmutableSortedDictionary<string, byte> NoExtensions => ImmutableSortedDictionary.Create<string, byte>(StringComparer.Ordinal);

    /// <summary>Decodes the payload after id 0 of an <c>extended</c> message. Values of a wrong type or out of range are treated as absent.</summary>
    /// <exception cref="PeerProtocolException">The payload is too long, or is not a bencoded dictionary.</exception>
    public static ExtensionHandshake Decode(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MaxLength)
            throw new PeerProtocolException($"extension handshake of {payload.Length} bytes; at most {MaxLength} allowed");

        // Some clients append padding: ignore bytes after the dictionary.
        if (!BencodeReader.TryReadPrefix(payload, out BencodeNode root, out _, MaxNodes) || root.Kind != BencodeKind.Dictionary)
            throw new PeerProtocolException("extension handshake is not a bencoded dictionary");

        return new ExtensionHandshake
        {
            Extensions = DecodeExtensions(root),
            Client = root.TryGetLooseText("v"u8, out string? client) && ClientName.Printable(client) is { Length: > 0 } name ? name : null,
            Port = InRange(root, "p"u8, IPEndPoint.MaxPort),
            RequestQueue = InRange(root, "reqq"u8, int.MaxValue),
            YourAddress = root.TryGetBytes("yourip"u8, out ReadOnlySpan<byte> ip) && ip.Length is 4 or 16 ? new IPAddress(ip) : null,
            MetadataSize = InRange(root, "metadata_size"u8, MaxMetadataSize),
            IsUploadOnly = root.TryGetInteger("upload_only"u8, out long uploadOnly) && uploadOnly != 0,
        };
    }

    /// <summary>Encodes the payload after id 0 of an <c>extended</c> message, as canonical bencode.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        writer.Key("m"u8);
        writer.BeginDictionary();
        foreach ((string name, byte id) in Extensions)
            writer.Integer(System.Text.Encoding.UTF8.GetBytes(name), id);
        writer.End();
        if (MetadataSize is { } size)
            writer.Integer("metadata_size"u8, size);
        if (Port is { } port)
            writer.Integer("p"u8, port);
        if (RequestQueue is { } queue)
            writer.Integer("reqq"u8, queue);
        if (IsUploadOnly)
            writer.Integer("upload_only"u8, 1);
        if (Client is { } client)
            writer.Text("v"u8, client);
        if (YourAddress is { } address)
            writer.Bytes("yourip"u8, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes());
        writer.End();
        return output.WrittenSpan.ToArray();
    }

    private static ImmutableSortedDictionary<string, byte> DecodeExtensions(BencodeNode root)
    {
        if (!root.TryGetDictionary("m"u8, out BencodeNode names))
            return NoExtensions;
        ImmutableSortedDictionary<string, byte>.Builder extensions = NoExtensions.ToBuilder();
        foreach (BencodeEntry entry in names.Entries)
        {
            if (extensions.Count == MaxExtensions)
                break;
            if (entry.Key.Length <= MaxNameLength && entry.Value.TryGetInteger(out long id) && id is >= 0 and <= byte.MaxValue)
                extensions[System.Text.Encoding.UTF8.GetString(entry.Key)] = (byte)id;
        }

        return extensions.ToImmutable();
    }

    private static int? InRange(BencodeNode root, ReadOnlySpan<byte> key, int max) =>
        root.TryGetInteger(key, out long value) && value >= 1 && value <= max ? (int)value : null;
}
