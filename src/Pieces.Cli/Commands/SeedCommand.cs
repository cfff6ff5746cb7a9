using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Selection;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces seed SOURCE... [--data DIR]</c>: verify what is there, then serve it.</summary>
internal static class SeedCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string[]> sources = Positionals.Sources();
        Option<string> data = DataFlag.Create();
        Option<bool> paranoid = Flag.Switch("check a piece again before each time it is uploaded", "--paranoid");
        var selection = new SelectionFlags();
        var network = new NetworkFlags();
        var goals = new SeedGoalFlags(withSwitch: false);
        var progress = new ProgressFlag();
        var run = new RunFlags(fetches: false);
        var command = new Command("seed", "verify what is there, then serve it until stopped or a goal is reached") { sources, data, paranoid };
        selection.AddTo(command);
        network.AddTo(command);
        goals.AddTo(command);
        progress.AddTo(command);
        run.AddTo(command);
        command.SetAction(async (parse, _) =>
        {
            var settings = new TransferSettings
            {
                Client = network.ClientOptionsOf(parse),
                Torrent = network.Apply(parse, goals.Apply(parse, new())) with
                {
                    OutputDirectory = DataFlag.Of(parse, data),
                    SeedOnly = true,
                    Paranoid = parse.GetValue(paranoid),
                },
                Selection = selection.Of(parse),
                Progress = progress.Of(parse),
            };
            return (int)await new TransferRun(context, run.Apply(parse, settings)).RunAsync(run.SourcesOf(parse, parse.GetValue(sources) ?? []));
        });
        return command;
    }
}
