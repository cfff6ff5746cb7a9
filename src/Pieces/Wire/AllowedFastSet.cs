using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The pieces that a peer may request while it is choked (BEP 6, "allowed fast"). Both sides can compute them from its address.</summary>
internal static class AllowedFastSet
{
    /// <summary>Number of pieces that we allow.</summary>
    public const int DefaultCount = 10;

    /// <summary>
    /// Computes the set for the peer at <paramref name="address"/>, in the order that the BEP defines: <paramref name="count"/> pieces, or all if the
    /// torrent has no more. Empty for IPv6, for which the BEP has no rule.
    /// </summary>
    public static PieceIndex[] Of(SwarmKey infoHash, IPAddress address, PieceLayout layout, int count = DefaultCount)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return [];

        // The last byte of the address is ignored, so that a peer gains nothing from many addresses in one network.
        Span<byte> seed = stackalloc byte[4 + SwarmKey.Length];
        address.TryWriteBytes(seed, out _);
        seed[3] = 0;
        infoHash.CopyTo(seed[4..]);
        Span<byte> round = stackalloc byte[Sha1Digest.Length];
        Sha1Digest.Of(seed).CopyTo(round);

        var set = new PieceIndex[Math.Min(count, layout.PieceCount)];
        int found = 0;
        while (found < set.Length)
        {
            for (int at = 0; at < Sha1Digest.Length && found < set.Length; at += 4)
            {
                PieceIndex piece = layout.Piece((int)(BinaryPrimitives.ReadUInt32BigEndian(round[at..]) % (uint)layout.PieceCount));
                if (!set.AsSpan(0, found).Contains(piece))
                    set[found++] = piece;
            }

            Sha1Digest.Of(round).CopyTo(round);
        }

        return set;
    }
}
