using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Finds pieces of selected files that cannot be verified because bytes of other files in them are missing.</summary>
internal static class UnprovenPieces
{
    /// <summary>Whether a piece lacks only bytes of unselected files.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="layout">Piece arithmetic of the torrent.</param>
    /// <param name="files">Maps the piece to files.</param>
    /// <param name="lengthOf">Number of bytes of a file that exist.</param>
    /// <param name="isChosen">Whether a file is selected.</param>
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
