using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;

namespace Pieces.Cli.Reports;

/// <summary>The result for one file.</summary>
/// <param name="Index">Number of the file, from 1.</param>
/// <param name="Path">Path in the torrent, with '/' as the separator.</param>
/// <param name="OnDisk">The path that was checked. It ends in <c>.part</c> if only that file exists.</param>
/// <param name="Size">Expected length in bytes.</param>
/// <param name="Length">Actual length in bytes.</param>
/// <param name="Verdict"><c>good</c>, <c>missing</c> or <c>damaged</c>.</param>
/// <param name="Pieces">Number of pieces that overlap the file.</param>
/// <param name="BadPieces">Number of these pieces that are bad.</param>
/// <param name="UnprovenPieces">Number of these pieces that cannot be checked, because they also contain bytes of unselected files that are
/// missing.</param>
internal sealed record FileVerdict(
    int Index, string Path, string OnDisk, long Size, long Length, string Verdict, int Pieces, int BadPieces, int UnprovenPieces);

/// <summary>The output of <c>verify --json</c>.</summary>
internal sealed record VerifyReport
{
    public int V { get; init; } = 1;

    public required string Name { get; init; }

    public required string Infohash { get; init; }

    /// <summary>Whether all data is present and valid. The exit code is then 0, otherwise 10.</summary>
    public required bool Ok { get; init; }

    public required long Size { get; init; }

    /// <summary>Number of pieces of the torrent.</summary>
    public required int Pieces { get; init; }

    /// <summary>Number of pieces that were checked. It is lower than <see cref="Pieces"/> if files were excluded.</summary>
    public required int CheckedPieces { get; init; }

    public required int GoodPieces { get; init; }

    /// <summary>Indexes of the pieces, from 0.</summary>
    public required IReadOnlyList<int> BadPieces { get; init; }

    /// <summary>Indexes of the pieces, from 0. See <see cref="FileVerdict"/>.</summary>
    public required IReadOnlyList<int> UnprovenPieces { get; init; }

    /// <summary>Paths of files that do not exist.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    public required IReadOnlyList<FileVerdict> Files { get; init; }

    /// <summary>Returns the report of a check.</summary>
    public static VerifyReport Of(Metainfo metainfo, DataCheckResult result)
    {
        Dictionary<int, int> numbers = SelectableFile.Of(metainfo).ToDictionary(file => file.Entry.Index, file => file.Number);
        return new VerifyReport
        {
            Name = metainfo.Name,
            Infohash = metainfo.InfoHash.ToString(),
            Ok = result.IsGood,
            Size = metainfo.TotalLength,
            Pieces = metainfo.Layout.PieceCount,
            CheckedPieces = result.CheckedPieces,
            GoodPieces = result.GoodPieces,
            BadPieces = result.BadPieces,
            UnprovenPieces = result.UnprovenPieces,
            Missing = [.. result.Files.Where(file => !file.Exists).Select(file => file.File.RelativePath)],
            Files = [.. result.Files.Select(file => new FileVerdict(
                numbers[file.File.Index],
                file.File.RelativePath,
                file.Path,
                file.File.Length,
                file.Length,
                file.IsGood ? "good" : file.Exists ? "damaged" : "missing",
                metainfo.Layout.PiecesOf(file.File).Count,
                file.BadPieces.Length,
                file.UnprovenPieces.Length))],
        };
    }
}
