using System.Numerics;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Dht.Messages;

/// <summary>
/// A set of addresses of which only the size can be told, 256 bytes whatever is in it (BEP 33): the filters of many nodes joined count a swarm that
/// no one of them knows whole.
/// </summary>
internal sealed class ScrapeFilter
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 256;

    private const int Bits = 8 * Length;
    private const int BitsEach = 2;

    private readonly byte[] _bytes = new byte[Length];

    /// <summary>The filter as it is sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>How many addresses are in it, about; beyond 6,000 it says little.</summary>
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

    /// <summary>Adds an address; the port is left out.</summary>
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

    /// <summary>Adds what is in another filter.</summary>
    /// <param name="other"><see cref="Length"/> bytes; fewer add nothing.</param>
    public void Join(ReadOnlySpan<byte> other)
    {
        if (other.Length != Length)
            return;
        for (int i = 0; i < Length; i++)
            _bytes[i] |= other[i];
    }
}
