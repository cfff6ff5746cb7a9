using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>What <see cref="MetainfoBuilder"/> is to make. Immutable; every default is given at its member.</summary>
public sealed record MetainfoBuilderOptions
{
    /// <summary>
    /// Files and folders to describe, at least one. A lone file makes a single-file torrent, a lone folder a multi-file one; several lie side by
    /// side in a top folder called <see cref="Name"/>.
    /// </summary>
    public required ImmutableArray<string> Paths { get; init; }

    /// <summary>
    /// Name of the file or top folder; null (default) takes the path's own, or for several paths that of the folder they all lie in.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Tracker URLs, each a tier of its own; default none.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Web seed URLs (BEP 19); default none.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>Whether only the torrent's own trackers may name peers (BEP 27); default false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Bytes of a piece, a power of two from 16 KiB to 1 GiB; null (default) chooses by the total length.</summary>
    public int? PieceLength { get; init; }

    /// <summary>Free text; null (default) for none.</summary>
    public string? Comment { get; init; }

    /// <summary>When it was made; null (default) leaves it out, so that the same input gives the same bytes.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
