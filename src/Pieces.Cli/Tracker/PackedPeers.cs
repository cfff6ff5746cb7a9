using System.Buffers.Binary;
using System.Collections.Immutable;
using Pieces.Trackers;

namespace Pieces.Cli.Tracker;

/// <summary>Writes peers as trackers pack them (BEP 23, BEP 7).</summary>
internal static class PackedPeers
{
    /// <summary>Address and port of each peer, all of one family.</summary>
    public static byte[] Of(ImmutableArray<TrackedPeer> peers)
    {
        using var packed = new MemoryStream();
        Span<byte> port = stackalloc byte[2];
        foreach (TrackedPeer peer in peers)
        {
            packed.Write(peer.Address.Address.GetAddressBytes());
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)peer.Address.Port);
            packed.Write(port);
        }

        return packed.ToArray();
    }
}
