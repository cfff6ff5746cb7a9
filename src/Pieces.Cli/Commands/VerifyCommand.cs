using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Progress;
using Pieces.Cli.Reports;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;

namespace Pieces.Cli.Commands;

/// <summary>
/// <c>pieces verify SOURCE [--data DIR] [--json]</c>: hashes the data against the torrent. Problems go to stdout, one line for each file.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> source = Positionals.Source();
        Option<string> data = DataFlag.Create();
        Option<bool> json = JsonFlag.Create();
        Option<bool> portableNames = PortableNamesFlag.Create();
        var selection = new SelectionFlags();
        var reach = new ReachFlags();
        var command = new Command("verify", "hash the data and compare it with the torrent; exit 0 if everything is valid, 10 if not")
        {
            source, data, json, portableNames
        };
        selection.AddTo(command);
        reach.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var loader = new SourceLoader(
                NetworkReach.OpenFor(reach.Read(parse), context.IsGivenHere(ReachFlags.Interface)), context.TimeProvider);
            Metainfo metainfo = await loader.LoadAsync(parse.GetRequiredValue(source), cancellationToken);
            string directory = DataFlag.Of(parse, data);
            ImmutableArray<int>? selected = selection.Of(parse).Choose(metainfo, context.Messages.Warning);
            bool isPortable = parse.GetValue(portableNames);
            DataCheckResult result = await CheckDisplay.RunAsync(
                context,
                metainfo,
                directory,
                progress => DataVerifier.RunAsync(metainfo, directory, selected, isPortable, progress, cancellationToken));
            foreach (string warning in result.Warnings)
                context.Messages.Warning(warning);
            if (parse.GetValue(json))
                context.Output.WriteLine(ReportJson.Line(VerifyReport.Of(metainfo, result), ReportJson.Default.VerifyReport));
            else
                Print(context, metainfo, result);
            return (int)Report(context, metainfo, result);
        });
        return command;
    }

    /// <summary>Describes what is wrong with a file; null if nothing is.</summary>
    internal static string? Describe(FileCheck check, PieceLayout layout)
    {
        if (check.IsGood)
            return null;
        if (!check.Exists)
            return $"missing  {check.File.RelativePath}";
        if (check.Length != check.File.Length)
            return string.Create(
                CultureInfo.InvariantCulture, $"damaged  {check.File.RelativePath}: {check.Length} bytes instead of {check.File.Length}");
        int pieces = layout.PiecesOf(check.File).Count;
        return string.Create(
            CultureInfo.InvariantCulture, $"damaged  {check.File.RelativePath}: {check.BadPieces.Length} of {Quantity.Count(pieces, "piece")}");
    }

    private static void Print(CliContext context, Metainfo metainfo, DataCheckResult result)
    {
        foreach (FileCheck file in result.Files)
        {
            if (Describe(file, metainfo.Layout) is { } line)
                context.Output.WriteLine(line);
        }

    }

    private static ExitCode Report(CliContext context, Metainfo metainfo, DataCheckResult result)
    {
        context.Output.Flush();
        int total = result.CheckedPieces;
        if (!result.IsGood)
        {
            int files = result.Files.Count(file => !file.IsGood);
            throw new FailureException(
                ExitCode.BadData,
                $"{metainfo.Name}: {Quantity.Count(files, "file")} of {result.Files.Length} missing or bad, "
                + $"{Quantity.Count(result.GoodPieces, "piece")} of {total} valid");
        }

        string size = Quantity.Size(result.Files.Sum(file => file.File.Length));
        context.Messages.Progress($"{metainfo.Name}: complete and valid, {Quantity.Count(total - result.UnprovenPieces.Length, "piece")}, {size}");
        if (!result.UnprovenPieces.IsEmpty)
        {
            string pieces = Quantity.Count(result.UnprovenPieces.Length, "piece");
            context.Messages.Progress($"{metainfo.Name}: {pieces} cannot be checked: the bytes of other files in them are missing");
        }

        return ExitCode.Success;
    }
}
