using System.CommandLine;
using Pieces.Cli.Help;
using Pieces.Cli.Settings;

namespace Pieces.Cli.Completion;

/// <summary>What a shell offers as the completion of a word.</summary>
internal enum WordKind
{
    /// <summary>Nothing: the flag takes no value.</summary>
    Nothing,

    /// <summary>A value that the shell cannot complete, for example a number.</summary>
    Free,

    /// <summary>One of a fixed set of words.</summary>
    Choice,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>Any file.</summary>
    File,

    /// <summary>A .torrent file.</summary>
    Torrent,
}

/// <summary>The completion of one word of the command line.</summary>
internal sealed record CompletedWord(WordKind Kind, IReadOnlyList<string> Choices)
{
    /// <summary>Nothing to complete.</summary>
    public static CompletedWord Nothing { get; } = new(WordKind.Nothing, []);
}

/// <summary>A flag.</summary>
/// <param name="Names">Names with their dashes, the short name first.</param>
/// <param name="Description">One line, without the default value.</param>
/// <param name="ValueName">Name of the value; empty if the flag takes none.</param>
/// <param name="Value">What is offered for the value.</param>
/// <param name="IsRepeatable">Whether the flag may be given more than once.</param>
internal sealed record CompletedFlag(IReadOnlyList<string> Names, string Description, string ValueName, CompletedWord Value, bool IsRepeatable);

/// <summary>A command.</summary>
internal sealed record CompletedCommand(string Name, string Description, IReadOnlyList<CompletedFlag> Flags, CompletedWord Positional);

/// <summary>The input of all completion scripts, derived from the command tree.</summary>
/// <param name="Commands">All commands that are not hidden.</param>
/// <param name="CommonFlags">Flags that may also be given before the command.</param>
internal sealed record CompletionModel(IReadOnlyList<CompletedCommand> Commands, IReadOnlyList<CompletedFlag> CommonFlags)
{
    /// <summary>Derives the model from a command tree.</summary>
    public static CompletionModel Of(RootCommand root) => new(
        [.. Visible(root).Select(command => new CompletedCommand(
            command.Name,
            command.Description ?? string.Empty,
            [.. FlagGroups.Of(command).SelectMany(group => group.Flags).Select(OfFlag)],
            OfPositional(root, command)))],
        [.. FlagGroups.Of(root).SelectMany(group => group.Flags).Select(OfFlag)]);

    private static IEnumerable<Command> Visible(RootCommand root) => root.Subcommands.Where(command => !command.Hidden);

    private static CompletedFlag OfFlag(Option option)
    {
        string description = option.Description ?? string.Empty;
        int end = description.IndexOf(" (default:", StringComparison.Ordinal);
        return new CompletedFlag(
            [.. FlagText.Names(option)],
            end < 0 ? description : description[..end],
            option.HelpName ?? string.Empty,
            ValueOf(option),
            Parsing.KnownFlags.IsRepeatable(option) || SettingNames.IsCounted(option));
    }

    private static string? NameOfPositional(Command command) => command.Arguments.FirstOrDefault(argument => !argument.Hidden)?.Name;

    private static CompletedWord ValueOf(Option option)
    {
        if (!Parsing.KnownFlags.TakesValue(option))
            return CompletedWord.Nothing;
        string[] choices = FlagText.Choices(option);
        return option.HelpName switch
        {
            _ when choices.Length > 0 => new CompletedWord(WordKind.Choice, choices),
            "DIR" => new CompletedWord(WordKind.Folder, []),
            { } name when name.StartsWith("FILE", StringComparison.Ordinal) => new CompletedWord(WordKind.File, []),
            _ => new CompletedWord(WordKind.Free, []),
        };
    }

    private static CompletedWord OfPositional(RootCommand root, Command command) => NameOfPositional(command) switch
    {
        null => CompletedWord.Nothing,
        "SOURCE" => new CompletedWord(WordKind.Torrent, []),
        "PATH" => new CompletedWord(WordKind.File, []),
        "SHELL" => new CompletedWord(WordKind.Choice, [.. CompletionScripts.Shells]),
        "COMMAND" => new CompletedWord(WordKind.Choice, [.. Visible(root).Where(SettingNames.AreTakenBy).Select(candidate => candidate.Name)]),
        "TOPIC" => new CompletedWord(
            WordKind.Choice,
            [.. Visible(root).Select(candidate => candidate.Name).Concat(HelpTopics.All.Select(topic => topic.Name)).Distinct()]),
        _ => new CompletedWord(WordKind.Free, []),
    };
}
