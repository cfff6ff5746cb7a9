using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces download SOURCE...</c>: fetch, verify, resume, and seed when asked to.</summary>
internal static class DownloadCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string[]> sources = Positionals.Sources();
        var files = new DownloadFlags();
        var network = new NetworkFlags();
        var goals = new SeedGoalFlags(withSwitch: true);
        var progress = new ProgressFlag();
        Option<TimeSpan?> metadataTimeout = MetadataTimeoutFlag.Create();
        var command = new Command("download", "fetch torrents; the same command again resumes") { sources };
        files.AddTo(command);
        network.AddTo(command);
        goals.AddTo(command);
        progress.AddTo(command);
        command.Options.Add(metadataTimeout);
        command.SetAction(async (parse, _) =>
        {
            var settings = new TransferSettings
            {
                Client = network.ClientOptionsOf(parse),
                Torrent = files.Apply(parse, network.Apply(parse, goals.Apply(parse, new()))),
                StallTimeout = files.StallTimeoutOf(parse),
                Deadline = files.DeadlineOf(parse),
                MetadataTimeout = MetadataTimeoutFlag.Of(parse, metadataTimeout),
                Progress = progress.Of(parse),
            };
            return (int)await new TransferRun(context, settings).RunAsync(parse.GetRequiredValue(sources));
        });
        return command;
    }
}
