using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Reports;
using Pieces.Cli.Selection;
using Pieces.Cli.Streaming;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces download SOURCE...</c>: fetch, verify, resume, and seed when asked to.</summary>
internal static class DownloadCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string[]> sources = Positionals.Sources();
        var files = new DownloadFlags();
        var selection = new SelectionFlags();
        var dryRun = new DryRunFlags();
        var network = new NetworkFlags();
        var goals = new SeedGoalFlags(withSwitch: true);
        var progress = new ProgressFlag();
        var run = new RunFlags(fetches: true);
        var command = new Command("download", "fetch torrents; the same command again resumes") { sources };
        files.AddTo(command);
        selection.AddTo(command);
        network.AddTo(command);
        goals.AddTo(command);
        progress.AddTo(command);
        run.AddTo(command);
        dryRun.AddTo(command);
        command.SetAction(async (parse, _) =>
        {
            IReadOnlyList<string> given = run.SourcesOf(parse, parse.GetValue(sources) ?? []);
            TorrentOptions torrent = files.Apply(parse, network.Apply(parse, goals.Apply(parse, new())));
            bool isStream = files.IsStream(parse);
            if (isStream && !dryRun.IsAsked(parse))
            {
                StreamPlan.Check(given.Count, torrent, isTerminal: !Console.IsOutputRedirected);
                torrent = StreamPlan.Apply(context, torrent);
            }

            var settings = new TransferSettings
            {
                Client = network.ClientOptionsOf(parse, isOneShot: torrent.Seed is null),
                Torrent = torrent,
                Selection = selection.Of(parse),
                StallTimeout = files.StallTimeoutOf(parse),
                Deadline = files.DeadlineOf(parse),
                Progress = progress.Of(parse),
            };
            if (dryRun.IsAsked(parse))
                return (int)await new DryRun(context, settings, run.WantsJson(parse)).RunAsync(given);
            return (int)await new TransferRun(context, run.Apply(parse, settings, isStream)).RunAsync(given);
        });
        return command;
    }
}
