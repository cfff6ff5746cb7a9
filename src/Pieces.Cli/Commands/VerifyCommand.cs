using System.CommandLine;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces verify SOURCE [--data DIR]</c>: hash the data against the torrent. What is wrong goes to stdout, a line for each file.</summary>
internal static class VerifyCommand
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    public static Command Create(CliContext context)
    {
        Argument<string> source = Positionals.Source();
        Option<string> data = DataFlag.Create();
        var command = new Command("verify", "hash the data against the torrent; exit 0 when all is right, 10 when not") { source, data };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var loader = new SourceLoader(context.TimeProvider);
            Metainfo metainfo = await loader.LoadAsync(parse.GetRequiredValue(source), cancellationToken);
            string directory = DataFlag.Of(parse, data);
            DataCheckResult result = await CheckAsync(context, metainfo, directory, cancellationToken);
            return (int)Report(context, metainfo, result);
        });
        return command;
    }

    /// <summary>What is wrong with a file, or null when nothing is.</summary>
    internal static string? Describe(FileCheck check, PieceLayout layout)
    {
        if (check.IsGood)
            return null;
        if (!check.IsThere)
            return $"missing  {check.File.RelativePath}";
        if (check.Length != check.File.Length)
            return string.Create(CultureInfo.InvariantCulture, $"damaged  {check.File.RelativePath}: {check.Length} bytes instead of {check.File.Length}");
        int pieces = layout.PieceAt(check.File.Offset + check.File.Length - 1).Value - layout.PieceAt(check.File.Offset).Value + 1;
        return string.Create(CultureInfo.InvariantCulture, $"damaged  {check.File.RelativePath}: {check.BadPieces.Length} of {Quantity.Count(pieces, "piece")}");
    }

    private static async Task<DataCheckResult> CheckAsync(CliContext context, Metainfo metainfo, string directory, CancellationToken cancellationToken)
    {
        await using IProgressView view = ProgressViews.Create(context, ProgressStyle.Auto);
        var latest = new LatestCheck();
        Task<DataCheckResult> check = DataVerifier.RunAsync(metainfo, directory, latest, cancellationToken);
        using var timer = new PeriodicTimer(TickInterval, context.TimeProvider);
        var subject = TransferSubject.Of(metainfo, directory);
        Task tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await Task.WhenAny(check, tick) != check)
        {
            CheckProgress now = latest.Value;
            var snapshot = new TorrentSnapshot { Phase = TorrentPhase.Checking, BytesChecked = now.BytesChecked, BytesToCheck = now.BytesToCheck };
            view.Show([new TransferStatus(subject, snapshot)]);
            tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        }

        return await check;
    }

    private static ExitCode Report(CliContext context, Metainfo metainfo, DataCheckResult result)
    {
        foreach (FileCheck file in result.Files)
        {
            if (Describe(file, metainfo.Layout) is { } line)
                context.Output.WriteLine(line);
        }

        context.Output.Flush();
        int total = metainfo.Layout.PieceCount;
        if (!result.IsGood)
        {
            int files = result.Files.Count(file => !file.IsGood);
            throw new FailureException(
                ExitCode.BadData,
                $"{metainfo.Name}: {Quantity.Count(files, "file")} of {result.Files.Length} missing or bad, {Quantity.Count(result.GoodPieces, "piece")} of {total} right");
        }

        context.Messages.Progress($"{metainfo.Name}: complete and right, {Quantity.Count(total, "piece")}, {Quantity.Size(metainfo.TotalLength)}");
        return ExitCode.Success;
    }

    /// <summary>Keeps the last word of the check; written by its threads, read by the display.</summary>
    private sealed class LatestCheck : IProgress<CheckProgress>
    {
        private readonly Lock _lock = new();
        private CheckProgress _value;

        public CheckProgress Value
        {
            get
            {
                lock (_lock)
                    return _value;
            }
        }

        public void Report(CheckProgress value)
        {
            lock (_lock)
                _value = value;
        }
    }
}
