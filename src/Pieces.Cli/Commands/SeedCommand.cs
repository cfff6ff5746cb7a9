using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces seed SOURCE... [--data DIR]</c>: verifies the existing data, then seeds it.</summary>
internal static class SeedCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string[]> sources = Positionals.Sources();
        Option<string> data = DataFlag.Create();
        Option<bool> paranoid = Flag.Switch("check a piece again each time before it is uploaded", "--paranoid");
        Option<bool> portableNames = PortableNamesFlag.Create();
        var selection = new SelectionFlags();
        var swarm = new SwarmFlags();
        var reach = new ReachFlags();
        var goals = new SeedGoalFlags(withSwitch: false);
        var progress = new ProgressFlag();
        var run = new RunFlags(fetches: false);
        var command = new Command("seed", "verify the existing data, then seed until stopped or until a goal is reached")
        {
            sources, data, paranoid, portableNames
        };
        selection.AddTo(command);
        swarm.AddTo(command);
        reach.AddTo(command);
        goals.AddTo(command);
        progress.AddTo(command);
        run.AddTo(command);
        command.SetAction(async (parse, _) =>
        {
            SwarmSettings peers = swarm.Read(parse);
            var way = NetworkReach.Open(reach.Read(parse));
            var settings = new TransferSettings
            {
                Client = ClientSetup.Create(peers, way, isOneShot: false),
                Torrent = peers.Apply(goals.Apply(parse, new())) with
                {
                    OutputDirectory = DataFlag.Of(parse, data),
                    SeedOnly = true,
                    Paranoid = parse.GetValue(paranoid),
                    PortableNames = parse.GetValue(portableNames),
                },
                Selection = selection.Of(parse),
                Progress = progress.Of(parse),
            };
            settings = run.Apply(parse, settings, isWatched: !Console.IsErrorRedirected);
            GivenSources given = SourceArguments.Gather(parse.GetValue(sources) ?? [], run.ListOf(parse));
            using var loader = new SourceLoader(way, context.TimeProvider) { Places = given.Places };
            return (int)await new TransferRun(context, settings, loader, new SwarmKind(settings)).RunAsync(given.Texts);
        });
        return command;
    }
}
