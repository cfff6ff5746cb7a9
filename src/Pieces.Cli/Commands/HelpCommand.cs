using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces help [exit-codes|events|COMMAND]</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(CliContext context, RootCommand root)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "a command, exit-codes, or events", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("help", "explain a command, the exit codes, or the events of --json") { topic };
        command.SetAction(async (parse, cancellationToken) =>
        {
            string? asked = parse.GetValue(topic);
            if (asked == "exit-codes")
            {
                foreach (string line in ExitCodeHelp.Lines)
                    context.Output.WriteLine(line);
                return (int)ExitCode.Success;
            }

            if (asked == "events")
            {
                foreach (string line in EventHelp.Lines)
                    context.Output.WriteLine(line);
                return (int)ExitCode.Success;
            }

            if (asked is not null && !root.Subcommands.Any(subcommand => subcommand.Name == asked))
                throw FailureException.Usage(Complaint(asked, root));
            string[] arguments = asked is null ? ["--help"] : [asked, "--help"];
            return await root.Parse(arguments).InvokeAsync(parse.InvocationConfiguration, cancellationToken);
        });
        return command;
    }

    private static string Complaint(string asked, RootCommand root)
    {
        if (LaterFlags.Commands.Contains(asked))
            return $"help {asked}: not built yet (see 'pieces help')";
        string? nearest = NearestName.Of(asked, root.Subcommands.Select(subcommand => subcommand.Name).Concat(["exit-codes", "events"]));
        return $"help {asked}: no such topic ({(nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?")})";
    }
}
