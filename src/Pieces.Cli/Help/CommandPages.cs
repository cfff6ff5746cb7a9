using System.CommandLine;

namespace Pieces.Cli.Help;

/// <summary>Builds the help pages of commands from the definitions of the parser.</summary>
internal static class CommandPages
{
    /// <summary>Returns the page of a command. For the root command it returns the page of the program.</summary>
    public static HelpPage Of(RootCommand root, Command command) => command == root ? OfProgram(root) : OfCommand(command);

    /// <summary>Returns the usage line of a command.</summary>
    public static string UsageOf(Command command)
    {
        IEnumerable<string> positionals = command.Arguments.Where(argument => !argument.Hidden).Select(Shape);
        return string.Join(' ', ["pieces", command.Name, .. positionals, "[FLAG]..."]);
    }

    private static string Shape(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static HelpPage OfProgram(RootCommand root)
    {
        HelpRow[] commands = [.. root.Subcommands.Where(command => !command.Hidden).Select(command => RowOf(command, command.Name))];
        HelpRow[] topics = [.. HelpTopics.All.Select(topic => new HelpRow($"pieces help {topic.Name}", topic.Summary))];
        return new HelpPage(
            string.Empty,
            root.Description ?? string.Empty,
            "pieces COMMAND [ARGUMENT]... [FLAG]...",
            CommandExamples.Of(string.Empty),
            [
                new HelpSection("Commands", [], commands),
                .. Flags(root),
                new HelpSection("More help", [], [new HelpRow("pieces help COMMAND", "all about a command (the same as COMMAND --help)"), .. topics]),
            ]);
    }

    private static HelpPage OfCommand(Command command)
    {
        HelpRow[] positionals = [.. command.Arguments.Where(argument => !argument.Hidden).Select(argument => RowOf(argument, argument.Name))];
        HelpSection[] arguments = positionals.Length > 0 ? [new HelpSection("Arguments", [], positionals)] : [];
        return new HelpPage(
            command.Name,
            command.Description ?? string.Empty,
            UsageOf(command),
            CommandExamples.Of(command.Name),
            [.. arguments, .. Flags(command)]);
    }

    private static HelpRow RowOf(Symbol symbol, string term) => new(term, symbol.Description ?? string.Empty);

    private static IEnumerable<HelpSection> Flags(Command command) => FlagGroups.Of(command).Select(group =>
        new HelpSection(group.Heading, [], [.. group.Flags.Select(flag => RowOf(flag, FlagText.Term(flag)))]));
}
