namespace Pieces.Primitives;

/// <summary>
/// The 20 bytes that identify a swarm on the wire, as the <c>info_hash</c> of handshakes, trackers, the DHT and local discovery. For v1 it is the
/// info-hash itself, for v2 the first 20 bytes of the info-hash (BEP 52).
/// </summary>
internal readonly record struct SwarmKey
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = Bytes20.Length;

    private readonly Bytes20 _bytes;

    private SwarmKey(Bytes20 bytes) => _bytes = bytes;

    /// <summary>Takes a key from exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more or fewer bytes.</exception>
    public static SwarmKey FromBytes(ReadOnlySpan<byte> bytes) => new(new Bytes20(bytes));

    /// <summary>The swarm key of a v1 torrent.</summary>
    public static SwarmKey Of(InfoHash infoHash)
    {
        Span<byte> bytes = stackalloc byte[InfoHash.Length];
        infoHash.CopyTo(bytes);
        return FromBytes(bytes);
    }

    /// <summary>The swarm key of a v2 torrent.</summary>
    public static SwarmKey Of(InfoHashV2 infoHash)
    {
        Span<byte> bytes = stackalloc byte[InfoHashV2.Length];
        infoHash.CopyTo(bytes);
        return FromBytes(bytes[..Length]);
    }

    /// <summary>Writes the 20 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => _bytes.ToString();
}
