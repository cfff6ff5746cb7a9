using System.Collections.Immutable;

namespace Pieces.Primitives;

/// <summary>
/// Identifies a torrent by its v1 info-hash, its v2 info-hash, or both (a hybrid). On the wire, a swarm is identified by a <see cref="SwarmKey"/>.
/// </summary>
internal readonly record struct TorrentId
{
    /// <summary>Identifies a torrent by at least one info-hash.</summary>
    /// <exception cref="ArgumentException">Both info-hashes are null.</exception>
    public TorrentId(InfoHash? v1, InfoHashV2? v2)
    {
        if (v1 is null && v2 is null)
            throw new ArgumentException("a torrent has at least one info-hash");
        V1 = v1;
        V2 = v2;
    }

    /// <summary>The SHA-1 of the <c>info</c> value; null for a v2-only torrent.</summary>
    public InfoHash? V1 { get; }

    /// <summary>The SHA-256 of the <c>info</c> value; null for a v1-only torrent or when it is unknown.</summary>
    public InfoHashV2? V2 { get; }

    /// <summary>The swarms of the torrent. A hybrid is used as v1, and therefore has only the v1 swarm.</summary>
    public ImmutableArray<SwarmKey> Swarms => V1 is { } v1 ? [SwarmKey.Of(v1)] : V2 is { } v2 ? [SwarmKey.Of(v2)] : [];

    /// <summary>The v1 info-hash if there is one, otherwise the v2 info-hash, in hexadecimal digits.</summary>
    public override string ToString() => V1?.ToString() ?? V2?.ToString() ?? "";

    /// <summary>
    /// Whether both can be the same torrent: they have an info-hash in common, and no info-hash differs. For example, a link with one info-hash of a
    /// hybrid matches the metainfo of the hybrid.
    /// </summary>
    public bool IsSameAs(TorrentId other)
    {
        bool isSameV1 = V1 is not null && V1 == other.V1, isSameV2 = V2 is not null && V2 == other.V2;
        bool differs = (V1 is not null && other.V1 is not null && !isSameV1) || (V2 is not null && other.V2 is not null && !isSameV2);
        return (isSameV1 || isSameV2) && !differs;
    }
}
