using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Opening;

/// <summary>Blocks of a piece that an earlier run has put on the disk, and that nobody has verified.</summary>
/// <param name="Piece">The piece, which is not complete or not verified.</param>
/// <param name="Ordinals">Ordinals of the blocks, ascending.</param>
internal sealed record OpenCandidate(PieceIndex Piece, IReadOnlyList<int> Ordinals);

/// <summary>What was found when a torrent's storage was opened.</summary>
/// <param name="Have">Pieces that are here. The caller's own copy.</param>
/// <param name="Candidates">Blocks that need not be asked for, unless their piece's hash turns out wrong.</param>
/// <param name="Exempt">
/// Pieces that are not here and need not be fetched: every wanted file that they touch is complete under its final name, and only bytes of unselected files lack.
/// Where the data is only served: pieces of which only bytes of unselected files lack.
/// </param>
/// <param name="FinishedFiles">One bit a file: wanted, and complete under its final name. A later <see cref="FileFinished"/> comes for each other wanted file.</param>
/// <param name="Warnings">What a user should hear, one line each.</param>
internal sealed record StorageOpening(
    Bitfield Have, IReadOnlyList<OpenCandidate> Candidates, Bitfield Exempt, Bitfield FinishedFiles, IReadOnlyList<string> Warnings)
{
    /// <summary>The files with the names that they have on the disk.</summary>
    public ImmutableArray<FileEntry> Files { get; init; } = [];
}
