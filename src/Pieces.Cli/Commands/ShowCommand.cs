using System.CommandLine;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Trackers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces show SOURCE</c>: what a torrent holds.</summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> source = Positionals.Source();
        Option<bool> files = Flag.Switch("list the files, too", "--files");
        var command = new Command("show", "print what a torrent holds") { source, files };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var loader = new SourceLoader(context.TimeProvider);
            Metainfo metainfo = await loader.LoadAsync(parse.GetRequiredValue(source), cancellationToken);
            foreach (string warning in metainfo.Warnings)
                context.Messages.Warning(warning);
            foreach (string line in Describe(metainfo))
                context.Output.WriteLine(line);
            if (parse.GetValue(files))
                ListFiles(metainfo, context.Output);
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>One line for each thing that is known.</summary>
    internal static IEnumerable<string> Describe(Metainfo metainfo)
    {
        yield return $"name:         {metainfo.Name}";
        if (metainfo.OriginalName != metainfo.Name)
            yield return $"original:     {metainfo.OriginalName}";
        yield return $"info-hash:    {metainfo.InfoHash}";
        yield return $"size:         {Bytes(metainfo.TotalLength)}";
        yield return $"files:        {Number(metainfo.Files.Count(file => file.IsOnDisk))}";
        yield return $"pieces:       {Number(metainfo.Layout.PieceCount)}";
        yield return $"piece length: {Bytes(metainfo.Layout.PieceLength)}";
        yield return $"private:      {(metainfo.IsPrivate ? "yes" : "no")}";
        yield return $"version:      {(metainfo.IsHybrid ? "hybrid, used as v1" : "v1")}";
        if (metainfo.CreatedBy is { } program)
            yield return $"created by:   {program}";
        if (metainfo.CreationDate is { } date)
            yield return $"created:      {date.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
        if (metainfo.Comment is { } comment)
            yield return $"comment:      {comment}";
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

    private static void ListFiles(Metainfo metainfo, StandardOutput output)
    {
        // Indexes count what a user can select: pad files are no files to them.
        int index = 0;
        foreach (FileEntry file in metainfo.Files)
        {
            if (file.IsOnDisk)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{++index,6} {file.Length,16} {file.RelativePath}"));
        }
    }

    private static string Bytes(long count) => count < 1024 ? $"{Number(count)} bytes" : $"{Number(count)} bytes ({Quantity.Size(count)})";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
