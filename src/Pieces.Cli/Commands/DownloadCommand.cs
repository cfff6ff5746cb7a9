using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Reports;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Cli.Streaming;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces download SOURCE...</c>: downloads, verifies and resumes torrents, and seeds them if requested.</summary>
internal static class DownloadCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string[]> sources = Positionals.Sources();
        var files = new DownloadFlags();
        var selection = new SelectionFlags();
        var dryRun = new DryRunFlags();
        var swarm = new SwarmFlags();
        var reach = new ReachFlags();
        var goals = new SeedGoalFlags(withSwitch: true);
        var progress = new ProgressFlag();
        var run = new RunFlags(fetches: true);
        var command = new Command("download", "download torrents; run the same command again to resume") { sources };
        files.AddTo(command);
        selection.AddTo(command);
        swarm.AddTo(command);
        reach.AddTo(command);
        goals.AddTo(command);
        progress.AddTo(command);
        run.AddTo(command);
        dryRun.AddTo(command);
        command.SetAction(async (parse, _) =>
        {
            GivenSources given = SourceArguments.Gather(parse.GetValue(sources) ?? [], run.ListOf(parse));
            SwarmSettings peers = swarm.Read(parse);
            TorrentOptions torrent = files.Apply(parse, peers.Apply(goals.Apply(parse, new())));
            bool isStream = files.IsStream(parse);
            if (isStream && !dryRun.IsAsked(parse))
            {
                StreamPlan.Check(given.Texts.Count, torrent, isTerminal: !Console.IsOutputRedirected);
                torrent = StreamPlan.Apply(context, torrent);
            }

            var way = NetworkReach.Open(reach.Read(parse));
            var settings = new TransferSettings
            {
                Client = ClientSetup.Create(peers, way, isOneShot: torrent.Seed is null),
                Torrent = torrent,
                Selection = selection.Of(parse),
                StallTimeout = files.StallTimeoutOf(parse),
                Deadline = files.DeadlineOf(parse),
                Progress = progress.Of(parse),
                Links = new LinkCache(ClientSetup.FindCacheFolder()),
            };
            using var loader = new SourceLoader(way, context.TimeProvider) { Places = given.Places };
            if (dryRun.IsAsked(parse))
                return (int)await new DryRun(context, settings, loader, run.WantsJson(parse)).RunAsync(given.Texts);
            settings = run.Apply(parse, settings, isWatched: !Console.IsErrorRedirected, isStream);
            return (int)await new TransferRun(context, settings, loader, new SwarmKind(settings)).RunAsync(given.Texts);
        });
        return command;
    }
}
