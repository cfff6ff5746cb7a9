using System.Globalization;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Reports;

/// <summary>Formats the report of a dry run for people.</summary>
internal static class DryRunText
{
    /// <summary>Returns one line for each known field; no lines for a source that could not be read.</summary>
    public static IEnumerable<string> Lines(DryRunTorrent torrent)
    {
        if (torrent.Name is null)
            yield break;
        yield return $"name:         {torrent.Name}";
        yield return $"info-hash:    {torrent.Infohash}";
        yield return $"output:       {torrent.Output}";
        if (!torrent.HasMetadata)
            yield return "not known:    size, files and disk space (peers send a magnet link's metadata, and a dry run contacts none)";
        if (torrent.FilesSelected > 0)
        {
            string files = string.Create(CultureInfo.InvariantCulture, $"{torrent.FilesSelected} of {Quantity.Count(torrent.Files, "file")}");
            yield return $"selected:     {files}, {Quantity.Bytes(torrent.Size)}";
        }

        foreach (TrackerLine tracker in torrent.Trackers)
            yield return string.Create(CultureInfo.InvariantCulture, $"tracker:      {tracker.Url} (tier {tracker.Tier})");
        foreach (RenameLine rename in torrent.Renamed)
            yield return $"renamed:      {rename.From} -> {rename.To}";
        foreach (string line in torrent.Plan is { } plan ? OfPlan(plan) : [])
            yield return line;
        if (torrent.Error is { Path: { } path, Code: not (int)Failures.ExitCode.DiskFull })
            yield return $"in the way:   {path}";
    }

    private static IEnumerable<string> OfPlan(PlanLine plan)
    {
        string pieces = string.Create(CultureInfo.InvariantCulture, $"{plan.PiecesPresent} of {Quantity.Count(plan.PiecesWanted, "piece")}");
        yield return $"present:      {Quantity.Bytes(plan.BytesPresent)}, {pieces}, each hashed";
        yield return $"to download:  {Quantity.Bytes(plan.BytesToFetch)} in {Quantity.Count(plan.PiecesWanted - plan.PiecesPresent, "piece")}";
        string free = plan.SpaceFree is { } bytes ? $"{Quantity.Bytes(bytes)} free" : "free space unknown";
        yield return $"disk space:   {Quantity.Bytes(plan.SpaceNeeded)} needed, {free}: {(plan.SpaceEnough ? "enough" : "not enough")}";
        foreach (PlannedLine file in plan.Files)
            yield return string.Create(CultureInfo.InvariantCulture, $"{file.Action,-8} {file.Index,6} {file.Size,16} {file.Path}");
    }
}
