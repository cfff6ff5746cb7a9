using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces help [exit-codes|COMMAND]</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(CliContext context, RootCommand root)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "a command, or exit-codes", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("help", "explain a command, or the exit codes") { topic };
        command.SetAction(async (parse, cancellationToken) =>
        {
            string? asked = parse.GetValue(topic);
            if (asked == "exit-codes")
            {
                foreach (string line in ExitCodeHelp.Lines)
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
        if (asked == "events" || LaterFlags.Commands.Contains(asked))
            return $"help {asked}: not built yet (see 'pieces help')";
        string? nearest = NearestName.Of(asked, root.Subcommands.Select(subcommand => subcommand.Name).Append("exit-codes"));
        return $"help {asked}: no such topic ({(nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?")})";
    }
}
