using System.Buffers.Binary;
using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>Peers in compact form: address and port, 6 bytes each for IPv4 (BEP 23), 18 for IPv6 (BEP 7).</summary>
internal static class CompactPeers
{
    /// <summary>Length of an IPv4 peer in bytes.</summary>
    public const int LengthV4 = CompactEndPoint.LengthV4;

    /// <summary>Length of an IPv6 peer in bytes.</summary>
    public const int LengthV6 = CompactEndPoint.LengthV6;

    /// <summary>Maximum number of peers used per response, both address families together; the rest are ignored.</summary>
    public const int MaxPeers = 1000;

    /// <summary>Adds the usable peers in <paramref name="bytes"/>; an incomplete one at the end is ignored.</summary>
    /// <param name="bytes">The compact peers.</param>
    /// <param name="peerLength"><see cref="LengthV4"/> or <see cref="LengthV6"/>.</param>
    /// <param name="addresses">Decides which addresses are usable.</param>
    /// <param name="peers">Receives the peers, at most <see cref="MaxPeers"/> in total.</param>
    public static void Read(ReadOnlySpan<byte> bytes, int peerLength, AddressPolicy addresses, List<IPEndPoint> peers)
    {
        for (; bytes.Length >= peerLength && peers.Count < MaxPeers; bytes = bytes[peerLength..])
            Add(new IPAddress(bytes[..(peerLength - 2)]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(peerLength - 2)..]), addresses, peers);
    }

    /// <summary>Encodes peers, which must all be of one address family.</summary>
    public static byte[] Write(IReadOnlyList<IPEndPoint> peers)
    {
        byte[] packed = new byte[peers.Sum(peer => CompactEndPoint.From(peer).Length)];
        Span<byte> place = packed;
        foreach (IPEndPoint peer in peers)
        {
            var compact = CompactEndPoint.From(peer);
            compact.CopyTo(place);
            place = place[compact.Length..];
        }

        return packed;
    }

    /// <summary>Adds one peer if its address is usable and there is room.</summary>
    public static void Add(IPAddress address, int port, AddressPolicy addresses, List<IPEndPoint> peers)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (peers.Count < MaxPeers && addresses.MayList(plain, port))
            peers.Add(new IPEndPoint(plain, port));
    }
}
