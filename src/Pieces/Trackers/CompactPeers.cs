using System.Buffers.Binary;
using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>Peers as trackers pack them: address and port, 6 bytes each for IPv4 (BEP 23), 18 for IPv6 (BEP 7).</summary>
internal static class CompactPeers
{
    /// <summary>Bytes of an IPv4 peer.</summary>
    public const int LengthV4 = CompactEndPoint.LengthV4;

    /// <summary>Bytes of an IPv6 peer.</summary>
    public const int LengthV6 = CompactEndPoint.LengthV6;

    /// <summary>Most peers taken from one answer, both families together; the rest are not looked at.</summary>
    public const int MaxPeers = 1000;

    /// <summary>Adds the usable peers of <paramref name="bytes"/>; an incomplete one at the end is left out.</summary>
    /// <param name="bytes">What the tracker sent.</param>
    /// <param name="peerLength"><see cref="LengthV4"/> or <see cref="LengthV6"/>.</param>
    /// <param name="addresses">Says which are usable.</param>
    /// <param name="peers">Gets them, until it holds <see cref="MaxPeers"/>.</param>
    public static void Read(ReadOnlySpan<byte> bytes, int peerLength, AddressPolicy addresses, List<IPEndPoint> peers)
    {
        for (; bytes.Length >= peerLength && peers.Count < MaxPeers; bytes = bytes[peerLength..])
            Add(new IPAddress(bytes[..(peerLength - 2)]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(peerLength - 2)..]), addresses, peers);
    }

    /// <summary>Packs peers, all of one family.</summary>
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

    /// <summary>Adds one peer if it is usable and there is room.</summary>
    public static void Add(IPAddress address, int port, AddressPolicy addresses, List<IPEndPoint> peers)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (peers.Count < MaxPeers && addresses.MayList(plain, port))
            peers.Add(new IPEndPoint(plain, port));
    }
}
