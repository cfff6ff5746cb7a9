using System.Numerics;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Dht.Messages;

/// <summary>
/// A Bloom filter of addresses, always 256 bytes long, from which the number of addresses can be estimated (BEP 33). Joining the filters of several
/// nodes counts a swarm of which each node knows only a part.
/// </summary>
internal sealed class ScrapeFilter
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 256;

    private const int Bits = 8 * Length;
    private const int BitsEach = 2;

    private readonly byte[] _bytes = new byte[Length];

    /// <summary>The filter in wire form.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Estimated number of addresses; inaccurate beyond 6,000.</summary>
    public double Estimate
    {
        get
        {
            int ones = 0;
            foreach (byte one in _bytes)
                ones += BitOperations.PopCount(one);
            double zeros = Math.Min(Bits - 1, Bits - ones);
            return Math.Log(Math.Max(zeros, 1) / Bits) / (BitsEach * Math.Log(1 - (1.0 / Bits)));
        }
    }

    /// <summary>Adds an address without its port.</summary>
    public void Add(CompactEndPoint endPoint)
    {
        Span<byte> host = stackalloc byte[16];
        Span<byte> digest = stackalloc byte[Sha1Digest.Length];
        Sha1Digest.Of(host[..endPoint.WriteHost(host)]).CopyTo(digest);
        for (int i = 0; i < BitsEach; i++)
        {
            int index = (digest[2 * i] | (digest[(2 * i) + 1] << 8)) % Bits;
            _bytes[index / 8] |= (byte)(1 << (index % 8));
        }
    }

    /// <summary>Adds the contents of another filter.</summary>
    /// <param name="other">A filter of <see cref="Length"/> bytes; any other length is ignored.</param>
    public void Join(ReadOnlySpan<byte> other)
    {
        if (other.Length != Length)
            return;
        for (int i = 0; i < Length; i++)
            _bytes[i] |= other[i];
    }
}
