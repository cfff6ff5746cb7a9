using Microsoft.Win32.SafeHandles;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>
/// Finds pieces that may be on the disk although the resume state does not list them, because its last records were lost. Where nothing was written,
/// a sparse file has holes, which are skipped. So only the few pieces that were written without a record are hashed after a crash.
/// </summary>
internal static class UnrecordedData
{
    /// <summary>Sets the pieces that were written completely, as far as they lie in one file.</summary>
    /// <param name="part">The unfinished file.</param>
    /// <param name="file">Its entry in the torrent.</param>
    /// <param name="layout">The torrent's pieces.</param>
    /// <param name="known">Pieces that need not be checked.</param>
    /// <param name="into">Receives the pieces found.</param>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static void Find(FileLocation part, FileEntry file, PieceLayout layout, Bitfield known, Bitfield into)
    {
        try
        {
            IFileSystem system = part.Directory.FileSystem;
            using SafeFileHandle handle = part.Open(FileOpening.Read);
            for (long from = 0; from < file.Length && system.TryFindData(handle, from, out long start, out long end); from = end)
                Add(file, start, Math.Min(end, file.Length), layout, known, into);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(part, "open it", e);
        }
    }

    private static void Add(FileEntry file, long start, long end, PieceLayout layout, Bitfield known, Bitfield into)
    {
        foreach (PieceIndex piece in layout.PiecesOf(file, start, end))
        {
            if (known[piece])
                continue;
            long first = Math.Max(0, layout.OffsetOf(piece) - file.Offset);
            long behind = Math.Min(file.Length, layout.OffsetOf(piece) + layout.LengthOf(piece) - file.Offset);
            if (first >= start && behind <= end)
                into.Set(piece);
        }
    }
}
