using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;

namespace Pieces.Cli.Reports;

/// <summary>The verdict on one file.</summary>
/// <param name="Index">Its number, from 1.</param>
/// <param name="Path">Its path in the torrent, '/' between its parts.</param>
/// <param name="OnDisk">The path that was looked at; it ends in <c>.part</c> when only that is there.</param>
/// <param name="Size">Bytes that it should have.</param>
/// <param name="Length">Bytes that are there.</param>
/// <param name="Verdict"><c>good</c>, <c>missing</c> or <c>damaged</c>.</param>
/// <param name="Pieces">Pieces that touch it.</param>
/// <param name="BadPieces">How many of them are bad.</param>
/// <param name="UnprovenPieces">How many of them hold bytes of files that were left out and are not there, so that nothing can be said.</param>
internal sealed record FileVerdict(
    int Index, string Path, string OnDisk, long Size, long Length, string Verdict, int Pieces, int BadPieces, int UnprovenPieces);

/// <summary>What <c>verify --json</c> prints.</summary>
internal sealed record VerifyReport
{
    public int V { get; init; } = 1;

    public required string Name { get; init; }

    public required string Infohash { get; init; }

    /// <summary>Whether all is there and right: the process ends with 0, else with 10.</summary>
    public required bool Ok { get; init; }

    public required long Size { get; init; }

    /// <summary>Pieces of the torrent.</summary>
    public required int Pieces { get; init; }

    /// <summary>Pieces that were looked at: fewer when files were left out.</summary>
    public required int CheckedPieces { get; init; }

    public required int GoodPieces { get; init; }

    /// <summary>Indexes of pieces, from 0.</summary>
    public required IReadOnlyList<int> BadPieces { get; init; }

    /// <summary>Indexes of pieces, from 0, as in <see cref="FileVerdict"/>.</summary>
    public required IReadOnlyList<int> UnprovenPieces { get; init; }

    /// <summary>Paths of files that are not there at all.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    public required IReadOnlyList<FileVerdict> Files { get; init; }

    /// <summary>The report of a check.</summary>
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
            Missing = [.. result.Files.Where(file => !file.IsThere).Select(file => file.File.RelativePath)],
            Files = [.. result.Files.Select(file => new FileVerdict(
                numbers[file.File.Index],
                file.File.RelativePath,
                file.Path,
                file.File.Length,
                file.Length,
                file.IsGood ? "good" : file.IsThere ? "damaged" : "missing",
                metainfo.Layout.PiecesOf(file.File).Count,
                file.BadPieces.Length,
                file.UnprovenPieces.Length))],
        };
    }
}
