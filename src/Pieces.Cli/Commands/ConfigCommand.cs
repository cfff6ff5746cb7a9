using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces config [COMMAND] [FLAG]...</c>: prints the effective value of each flag of a command, and where the value comes from.</summary>
internal static class ConfigCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = SettingNames.ListCommand;

    public static Command Create(CliContext context, SettingSources settings, RootCommand root)
    {
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "the command whose settings to print, and flags of that command (default: download)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = Flag.Switch("one JSON object instead of lines", "--json");
        var command = new Command(Name, "print every effective setting, and where it came from") { words, json };
        command.SetAction((parse, cancellationToken) =>
        {
            var reader = new CommandReader(root, settings);
            CompleteCommand complete = Read(reader, context, root, parse.GetValue(words) ?? []);
            var list = new SettingList(complete.Parse.CommandResult.Command.Name, reader.FilePath, complete.Settings);
            if (parse.GetValue(json))
            {
                context.Output.Write(list.AsJson());
            }
            else
            {
                foreach (string line in list.AsLines())
                    context.Output.WriteLine(line);
            }

            return Task.FromResult((int)ExitCode.Success);
        });
        return command;
    }

    private static CompleteCommand Read(CommandReader reader, CliContext context, RootCommand root, string[] words)
    {
        if (words.Length == 0 || words[0].StartsWith('-'))
            words = ["download", .. words];
        if (!root.Subcommands.Any(candidate => candidate.Name == words[0] && SettingNames.AreTakenBy(candidate)))
        {
            string? nearest = NearestName.Of(words[0], root.Subcommands.Where(SettingNames.AreTakenBy).Select(candidate => candidate.Name));
            string hint = nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?";
            throw FailureException.Usage($"{Name} {words[0]}: no command with settings ({hint})");
        }

        var line = CommandLine.Read(root, words);
        CompleteCommand complete = reader.Complete(line, reader.Parse(line.Arguments), context.Messages.Warning);
        // A missing SOURCE is not an error here, so only errors that belong to an option are reported.
        foreach (System.CommandLine.Parsing.ParseError error in complete.Parse.Errors)
        {
            if (EffectiveSettings.OptionOf(error) is not null)
                throw FailureException.Usage(Outcome.InOurStyle(reader.Explain(complete, error).ReplaceLineEndings(" ")));
        }

        return complete;
    }
}
