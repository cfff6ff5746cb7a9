using System.CommandLine;
using Pieces.Cli.Completion;
using Pieces.Cli.Failures;
using Pieces.Cli.Help;
using Pieces.Cli.Parsing;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces help [TOPIC|COMMAND]</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(CliContext context, RootCommand root)
    {
        var topic = new Argument<string?>("TOPIC") { Description = TopicWords(), Arity = ArgumentArity.ZeroOrOne };
        // For packagers. The manual pages and completion scripts are generated from the same tables as this help.
        Option<string> share = Flag.Of(Values.Name, "DIR", "write manual pages and completion scripts below this folder", "--share-files");
        share.Hidden = true;
        var command = new Command("help", "explain a command or a topic") { topic, share };
        command.SetAction((parse, cancellationToken) =>
        {
            if (parse.GetValue(share) is { } folder)
                ShareFiles.Write(root, folder);
            else
                Print(context, root, parse.GetValue(topic));
            return Task.FromResult((int)ExitCode.Success);
        });
        return command;
    }

    private static void Print(CliContext context, RootCommand root, string? asked)
    {
        // If a command and a topic have the same name, print the topic, which says more. The command's own page is printed by its --help flag.
        HelpPage? topic = HelpTopics.All.FirstOrDefault(page => page.Name == asked);
        Command? subject = asked is null ? root : root.Subcommands.FirstOrDefault(subcommand => subcommand.Name == asked);
        if (topic is null && subject is null)
            throw FailureException.Usage(Complaint(asked!, root));
        foreach (string line in HelpText.Render(topic ?? CommandPages.Of(root, subject!)))
            context.Output.WriteLine(line);
    }

    private static string TopicWords() => $"a command, or {string.Join(", ", HelpTopics.All.Select(topic => topic.Name))}";

    private static string Complaint(string asked, RootCommand root)
    {
        IEnumerable<string> names = root.Subcommands.Select(subcommand => subcommand.Name).Concat(HelpTopics.All.Select(topic => topic.Name));
        string? nearest = NearestName.Of(asked, names);
        return $"help {asked}: no such topic ({(nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?")})";
    }
}
