using System.Collections.Immutable;

namespace Pieces.Primitives;

/// <summary>
/// Which torrent it is: by its v1 info-hash, its v2 info-hash, or both, as for a hybrid. What a swarm is called on the wire is another question.
/// </summary>
internal readonly record struct TorrentId
{
    /// <summary>Identifies a torrent by at least one hash.</summary>
    /// <exception cref="ArgumentException">There is no hash.</exception>
    public TorrentId(InfoHash? v1, InfoHashV2? v2)
    {
        if (v1 is null && v2 is null)
            throw new ArgumentException("a torrent has at least one info-hash");
        V1 = v1;
        V2 = v2;
    }

    /// <summary>The SHA-1 of the <c>info</c> value, or null for a torrent of v2 alone.</summary>
    public InfoHash? V1 { get; }

    /// <summary>The SHA-256 of the <c>info</c> value, or null for a torrent of v1 alone or when it is not known.</summary>
    public InfoHashV2? V2 { get; }

    /// <summary>The swarms that exchange it. A hybrid is used as v1, and so is in the swarm of v1 alone.</summary>
    public ImmutableArray<SwarmKey> Swarms => V1 is { } v1 ? [SwarmKey.Of(v1)] : V2 is { } v2 ? [SwarmKey.Of(v2)] : [];

    /// <summary>The v1 info-hash if there is one, else that of v2, in hexadecimal digits.</summary>
    public override string ToString() => V1?.ToString() ?? V2?.ToString() ?? "";

    /// <summary>
    /// Whether both can be the same torrent: they have a hash in common, and no hash differs. So a link that names a hybrid by one hash
    /// identifies the same torrent as the hybrid's metainfo.
    /// </summary>
    public bool IsSameAs(TorrentId other)
    {
        bool isSameV1 = V1 is not null && V1 == other.V1, isSameV2 = V2 is not null && V2 == other.V2;
        bool differs = (V1 is not null && other.V1 is not null && !isSameV1) || (V2 is not null && other.V2 is not null && !isSameV2);
        return (isSameV1 || isSameV2) && !differs;
    }
}
