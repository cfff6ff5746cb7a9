using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>Options of <see cref="MetainfoBuilder"/>. Immutable; each member states its default.</summary>
public sealed record MetainfoBuilderOptions
{
    /// <summary>
    /// Files and folders to include, at least one. A single file makes a single-file torrent, a single folder a multi-file torrent. Several paths are
    /// put side by side into a top folder named <see cref="Name"/>.
    /// </summary>
    public required ImmutableArray<string> Paths { get; init; }

    /// <summary>
    /// Name of the file or top folder. Null (default) uses the last component of the path, or, for several paths, the name of the folder that
    /// contains them.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Tracker URLs, each in its own tier; default none.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Web seed URLs (BEP 19); default none.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>Whether peers may only be obtained from the torrent's own trackers (BEP 27); default false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Piece length in bytes, a power of two from 16 KiB to 1 GiB; null (default) chooses it by the total length.</summary>
    public int? PieceLength { get; init; }

    /// <summary>Free text; null (default) for none.</summary>
    public string? Comment { get; init; }

    /// <summary>Creation date; null (default) omits it, so that the same input gives the same bytes.</summary>
    public DateTimeOffset? CreationDate { get; init; }
}
