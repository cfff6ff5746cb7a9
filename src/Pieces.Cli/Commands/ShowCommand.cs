using System.CommandLine;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Reports;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Trackers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces show SOURCE [--json] [--files] [--magnet] [--scrape]</c>: prints what a torrent contains.</summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> source = Positionals.Source();
        Option<bool> files = Flag.Switch("also list the files, with their numbers and sizes", "--files");
        Option<bool> magnet = Flag.Switch("print only the magnet link; it contains the trackers' passkeys, if there are any", "--magnet");
        Option<bool> scrape = Flag.Switch("request the numbers of seeders and leechers from the trackers", "--scrape");
        Option<bool> json = JsonFlag.Create();
        var reach = new ReachFlags();
        var command = new Command("show", "print what a torrent contains") { source, files, magnet, scrape, json };
        reach.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var way = NetworkReach.OpenFor(reach.Read(parse), context.IsGivenHere(ReachFlags.Interface));
            using var loader = new SourceLoader(way, context.TimeProvider);
            Metainfo metainfo = await loader.LoadAsync(parse.GetRequiredValue(source), cancellationToken);
            string? link = parse.GetValue(magnet) ? MagnetLink.Of(metainfo).ToString() : null;
            if (link is not null && metainfo.Trackers.SelectMany(tier => tier).Concat(metainfo.WebSeeds).Any(url => TrackerUrl.Redact(url) != url))
                context.Messages.Warning($"{metainfo.Name}: the link contains what looks like a passkey; anyone who has the link can use it");
            IReadOnlyList<ScrapeLine>? counts = parse.GetValue(scrape) ? await ScrapeAsync(context, way, metainfo, cancellationToken) : null;
            if (parse.GetValue(json))
            {
                ShowReport report = ShowReport.Of(metainfo) with { Magnet = link, Scrape = counts };
                context.Output.WriteLine(ReportJson.Line(report, ReportJson.Default.ShowReport));
                return (int)Conclude(context, metainfo, counts);
            }

            foreach (string warning in metainfo.Warnings)
                context.Messages.Warning(warning);
            foreach (string remark in metainfo.Remarks)
                context.Messages.Information($"{metainfo.Name}: {remark}");
            IEnumerable<string> lines = link is not null ? [link] : Describe(metainfo);
            foreach (string line in lines.Concat((counts ?? []).Select(Describe)))
                context.Output.WriteLine(line);
            if (parse.GetValue(files))
                ListFiles(metainfo, context.Output);
            return (int)Conclude(context, metainfo, counts);
        });
        return command;
    }

    /// <summary>Formats the scrape result of one tracker for people.</summary>
    internal static string Describe(ScrapeLine counts)
    {
        string peers = $"{Quantity.Count(counts.Seeds ?? 0, "seed")}, {Quantity.Count(counts.Leechers ?? 0, "leecher")}";
        return $"scrape:       {counts.Url}: {counts.Error ?? $"{peers}, {Number(counts.Completed ?? 0)} completed"}";
    }

    /// <summary>Formats the metainfo for people, one line for each known field.</summary>
    internal static IEnumerable<string> Describe(Metainfo metainfo)
    {
        yield return $"name:         {metainfo.Name}";
        if (metainfo.OriginalName != metainfo.Name)
            yield return $"original:     {metainfo.OriginalName}";
        yield return $"info-hash:    {metainfo.InfoHash}";
        yield return $"size:         {Quantity.Bytes(metainfo.TotalLength)}";
        yield return $"files:        {Number(metainfo.Files.Count(file => file.IsOnDisk))}";
        yield return $"pieces:       {Number(metainfo.Layout.PieceCount)}";
        yield return $"piece length: {Quantity.Bytes(metainfo.Layout.PieceLength)}";
        yield return $"private:      {(metainfo.IsPrivate ? "yes" : "no")}";
        yield return $"version:      {(metainfo.IsHybrid ? "hybrid, used as v1" : "v1")}";
        if (metainfo.InfoHashV2 is { } second)
            yield return $"v2 hash:      {second}";
        if (metainfo.CreatedBy is { } program)
            yield return $"created by:   {program}";
        if (metainfo.CreationDate is { } date)
            yield return $"created:      {date.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
        if (metainfo.Comment is { } comment)
            yield return $"comment:      {comment}";
        if (metainfo.Source is { } origin)
            yield return $"source:       {origin}";
        for (int tier = 0; tier < metainfo.Trackers.Length; tier++)
        {
            foreach (string url in metainfo.Trackers[tier])
                yield return $"tracker:      {TrackerUrl.Redact(url)} (tier {Number(tier + 1)})";
        }

        foreach (string url in metainfo.WebSeeds)
            yield return $"web seed:     {TrackerUrl.Redact(url)}";
        foreach (string node in metainfo.Nodes)
            yield return $"node:         {node}";
    }

    private static async Task<IReadOnlyList<ScrapeLine>> ScrapeAsync(
        CliContext context, NetworkReach reach, Metainfo metainfo, CancellationToken cancellationToken)
    {
        if (metainfo.Trackers.IsEmpty)
            context.Messages.Warning($"{metainfo.Name}: it has no tracker that could be scraped");
        IReadOnlyList<TrackerCounts> answers = await SwarmScrape.RunAsync(metainfo, reach.ScrapeOptions(context.TimeProvider), cancellationToken);
        return [.. answers.Select(answer => new ScrapeLine(answer.Tracker, answer.Seeders, answer.Leechers, answer.Completed, answer.Error))];
    }

    // If a scrape was requested and no tracker returned counts, the printed report is incomplete and the exit code must say so.
    private static ExitCode Conclude(CliContext context, Metainfo metainfo, IReadOnlyList<ScrapeLine>? counts)
    {
        if (counts is null or [] || counts.Any(answer => answer.Error is null))
            return ExitCode.Success;
        context.Output.Flush();
        string fact = counts.Count == 1 ? "its tracker returned no counts" : $"none of its {Number(counts.Count)} trackers returned counts";
        throw new FailureException(ExitCode.TrackersRefused, $"{metainfo.Name}: {fact}");
    }

    private static void ListFiles(Metainfo metainfo, StandardOutput output)
    {
        foreach (SelectableFile file in SelectableFile.Of(metainfo))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file.Number,6} {file.Entry.Length,16} {file.Path}"));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
