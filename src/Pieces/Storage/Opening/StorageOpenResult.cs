using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Opening;

/// <summary>Blocks of a piece that an earlier run wrote to the disk and that are not verified.</summary>
/// <param name="Piece">The piece, which is incomplete or not verified.</param>
/// <param name="Ordinals">Ordinals of the blocks, ascending.</param>
internal sealed record OpenCandidate(PieceIndex Piece, IReadOnlyList<int> Ordinals);

/// <summary>What was found when a torrent's storage was opened.</summary>
/// <param name="Have">Pieces we have. The caller owns this copy.</param>
/// <param name="Candidates">Blocks that need not be requested, unless their piece fails verification.</param>
/// <param name="Exempt">
/// Missing pieces that need not be downloaded: every wanted file that they touch is complete under its final name, and only bytes of unselected files
/// are missing. When the data is only seeded: pieces that lack only bytes of unselected files.
/// </param>
/// <param name="FinishedFiles">
/// One bit per file: wanted, and complete under its final name. A <see cref="FileFinished"/> event follows later for every other wanted file.
/// </param>
/// <param name="Warnings">Warnings for the user, one line each.</param>
internal sealed record StorageOpenResult(
    Bitfield Have, IReadOnlyList<OpenCandidate> Candidates, Bitfield Exempt, Bitfield FinishedFiles, IReadOnlyList<string> Warnings)
{
    /// <summary>The files, with the names that they have on the disk.</summary>
    public ImmutableArray<FileEntry> Files { get; init; } = [];
}
