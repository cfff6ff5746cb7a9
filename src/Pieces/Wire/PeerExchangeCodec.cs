using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Bencode;

namespace Pieces.Wire;

/// <summary>Encodes and decodes the messages of the peer exchange (BEP 11).</summary>
internal static class PeerExchangeCodec
{
    /// <summary>The extension's name in an extension handshake.</summary>
    public const string ExtensionName = "ut_pex";

    /// <summary>
    /// Maximum number of peers in one message, separately for added and dropped ones (BEP 11, "may not contain more than 50"); further ones are
    /// ignored.
    /// </summary>
    public const int MaxPeers = 50;

    private const int HostV4 = 4;
    private const int HostV6 = 16;
    private const int PortLength = 2;

    // Maximum number of bencoded values: six keys with their values, and room for future additions.
    private const int MaxNodes = 64;

    /// <summary>Decodes the payload after the extension's id. An incomplete address at the end of a list is ignored.</summary>
    /// <exception cref="PeerProtocolException">The payload is not a bencoded dictionary.</exception>
    public static PeerExchangeMessage Decode(ReadOnlyMemory<byte> payload)
    {
        if (!BencodeReader.TryReadPrefix(payload, out BencodeNode root, out _, MaxNodes) || root.Kind != BencodeKind.Dictionary)
            throw new PeerProtocolException("peer exchange message is not a bencoded dictionary");
        ImmutableArray<ExchangedPeer>.Builder added = ImmutableArray.CreateBuilder<ExchangedPeer>();
        Read(root, "added"u8, "added.f"u8, HostV4, added);
        Read(root, "added6"u8, "added6.f"u8, HostV6, added);
        ImmutableArray<ExchangedPeer>.Builder dropped = ImmutableArray.CreateBuilder<ExchangedPeer>();
        Read(root, "dropped"u8, default, HostV4, dropped);
        Read(root, "dropped6"u8, default, HostV6, dropped);
        return new PeerExchangeMessage { Added = added.ToImmutable(), Dropped = [.. dropped.Select(peer => peer.Address)] };
    }

    /// <summary>Encodes the payload after the extension's id.</summary>
    public static byte[] Encode(PeerExchangeMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        IPEndPoint[] added = [.. message.Added.Select(peer => peer.Address)];
        writer.Bytes("added"u8, Pack(added, AddressFamily.InterNetwork));
        writer.Bytes("added.f"u8, PackFlags(message.Added, AddressFamily.InterNetwork));
        WriteV6(writer, "added6"u8, added);
        if (added.Any(IsV6))
            writer.Bytes("added6.f"u8, PackFlags(message.Added, AddressFamily.InterNetworkV6));
        writer.Bytes("dropped"u8, Pack(message.Dropped, AddressFamily.InterNetwork));
        WriteV6(writer, "dropped6"u8, message.Dropped);
        writer.End();
        return output.WrittenSpan.ToArray();
    }

    private static void WriteV6(BencodeWriter writer, ReadOnlySpan<byte> key, IReadOnlyList<IPEndPoint> peers)
    {
        if (peers.Any(IsV6))
            writer.Bytes(key, Pack(peers, AddressFamily.InterNetworkV6));
    }

    private static bool IsV6(IPEndPoint peer) => peer.AddressFamily == AddressFamily.InterNetworkV6;

    private static byte[] Pack(IEnumerable<IPEndPoint> peers, AddressFamily family) =>
        [.. peers.Where(peer => peer.AddressFamily == family)
            .SelectMany(peer => (byte[])[.. peer.Address.GetAddressBytes(), (byte)(peer.Port >> 8), (byte)peer.Port])];

    private static byte[] PackFlags(IEnumerable<ExchangedPeer> peers, AddressFamily family) =>
        [.. peers.Where(peer => peer.Address.AddressFamily == family).Select(peer => (byte)peer.Flags)];

    private static void Read(
        BencodeNode root,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> flagsKey,
        int hostLength,
        ImmutableArray<ExchangedPeer>.Builder peers)
    {
        if (!root.TryGetBytes(key, out ReadOnlySpan<byte> packed))
            return;
        ReadOnlySpan<byte> flags = default;
        if (!flagsKey.IsEmpty)
            root.TryGetBytes(flagsKey, out flags);
        int length = hostLength + PortLength;
        int count = Math.Min(packed.Length / length, MaxPeers - peers.Count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = packed.Slice(i * length, length);
            var address = new IPEndPoint(new IPAddress(one[..hostLength]), (one[^2] << 8) | one[^1]);
            peers.Add(new ExchangedPeer(address, i < flags.Length ? (ExchangedPeerFlags)flags[i] : ExchangedPeerFlags.None));
        }
    }
}
