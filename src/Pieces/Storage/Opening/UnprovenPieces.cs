using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Pieces of some files of a torrent that cannot be checked, since bytes of other files that belong there are missing.</summary>
internal static class UnprovenPieces
{
    /// <summary>Whether all that a piece lacks are bytes of files that were left out.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="layout">Piece arithmetic.</param>
    /// <param name="files">Knows which files the piece touches.</param>
    /// <param name="lengthOf">Bytes of a file that are there.</param>
    /// <param name="isChosen">Whether a file was not left out.</param>
    public static bool LacksOnlyOthers(PieceIndex piece, PieceLayout layout, FileStore files, Func<int, long> lengthOf, Func<int, bool> isChosen)
    {
        bool lacksOthers = false;
        foreach (FileSegment segment in files.Map.Segments(layout.OffsetOf(piece), layout.LengthOf(piece)))
        {
            if (files.PlaceOf(segment.File) == FilePlace.Zeros || lengthOf(segment.File) >= segment.Offset + segment.Length)
                continue;
            if (isChosen(segment.File))
                return false;
            lacksOthers = true;
        }

        return lacksOthers;
    }
}
