using System.Globalization;
using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Trackers;

namespace Pieces.Cli.Reports;

/// <summary>One file of a torrent in a report.</summary>
/// <param name="Index">Number of the file, from 1, as used in selections. Null for padding files and links, which are not written to disk.</param>
/// <param name="Path">Path on the disk, with '/' as the separator.</param>
/// <param name="OriginalPath">Path in the torrent.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Pad">Whether it is a padding file.</param>
internal sealed record FileLine(int? Index, string Path, string OriginalPath, long Size, bool Pad);

/// <summary>One tracker in a report.</summary>
/// <param name="Tier">Number of its tier, from 1.</param>
/// <param name="Url">Its URL, with secrets hidden.</param>
internal sealed record TrackerLine(int Tier, string Url);

/// <summary>The scrape result of one tracker.</summary>
/// <param name="Url">Its URL, with secrets hidden.</param>
/// <param name="Seeds">Number of seeds; null without a response.</param>
/// <param name="Leechers">Number of leechers; null without a response.</param>
/// <param name="Completed">Number of completed downloads; null without a response.</param>
/// <param name="Error">Why there is no response, or null.</param>
internal sealed record ScrapeLine(string Url, long? Seeds, long? Leechers, long? Completed, string? Error);

/// <summary>The output of <c>show --json</c>.</summary>
internal sealed record ShowReport
{
    public int V { get; init; } = 1;

    public required string Name { get; init; }

    public required string OriginalName { get; init; }

    public required string Infohash { get; init; }

    public required string? InfohashV2 { get; init; }

    /// <summary><c>v1</c> or <c>hybrid</c>.</summary>
    public required string Version { get; init; }

    public required long Size { get; init; }

    public required int PieceLength { get; init; }

    public required int Pieces { get; init; }

    public required bool Private { get; init; }

    public required string? Comment { get; init; }

    public required string? Creator { get; init; }

    /// <summary>RFC 3339 timestamp, or null.</summary>
    public required string? Created { get; init; }

    public required string? Source { get; init; }

    public required IReadOnlyList<FileLine> Files { get; init; }

    public required IReadOnlyList<TrackerLine> Trackers { get; init; }

    public required IReadOnlyList<string> WebSeeds { get; init; }

    public required IReadOnlyList<string> Nodes { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The magnet link; null if it was not requested. It contains the secrets that are hidden in the other fields.</summary>
    public string? Magnet { get; init; }

    /// <summary>The scrape results; null if no scrape was requested.</summary>
    public IReadOnlyList<ScrapeLine>? Scrape { get; init; }

    /// <summary>Returns the report of a torrent, without magnet link and scrape results.</summary>
    public static ShowReport Of(Metainfo metainfo) => new()
    {
        Name = metainfo.Name,
        OriginalName = metainfo.OriginalName,
        Infohash = metainfo.InfoHash.ToString(),
        InfohashV2 = metainfo.InfoHashV2?.ToString(),
        Version = metainfo.IsHybrid ? "hybrid" : "v1",
        Size = metainfo.TotalLength,
        PieceLength = metainfo.Layout.PieceLength,
        Pieces = metainfo.Layout.PieceCount,
        Private = metainfo.IsPrivate,
        Comment = metainfo.Comment,
        Creator = metainfo.CreatedBy,
        Created = metainfo.CreationDate?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        Source = metainfo.Source,
        Files = FilesOf(metainfo),
        Trackers = TrackersOf(metainfo.Trackers.Select(tier => tier.AsEnumerable())),
        WebSeeds = [.. metainfo.WebSeeds.Select(TrackerUrl.Redact)],
        Nodes = metainfo.Nodes,
        Warnings = metainfo.Warnings,
    };

    /// <summary>Returns the trackers by tier, with secrets hidden.</summary>
    public static IReadOnlyList<TrackerLine> TrackersOf(IEnumerable<IEnumerable<string>> tiers) =>
        [.. tiers.SelectMany((tier, index) => tier.Select(url => new TrackerLine(index + 1, TrackerUrl.Redact(url))))];

    private static List<FileLine> FilesOf(Metainfo metainfo)
    {
        Dictionary<int, int> numbers = SelectableFile.Of(metainfo).ToDictionary(file => file.Entry.Index, file => file.Number);
        return [.. metainfo.Files.Select(file => new FileLine(
            numbers.TryGetValue(file.Index, out int number) ? number : null,
            file.RelativePath,
            string.Join('/', file.OriginalPath),
            file.Length,
            file.IsPadding))];
    }
}
