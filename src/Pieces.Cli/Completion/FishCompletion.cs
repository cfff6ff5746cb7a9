using System.Text;

namespace Pieces.Cli.Completion;

/// <summary>The completion script for fish.</summary>
internal static class FishCompletion
{
    private const string Head = """
        # fish completion for pieces, made by `pieces completion fish`.

        # Whether the command on the line is this one; "" is none yet.
        function __pieces_is
            set -l words (commandline -opc)
            for word in $words[2..]
                if not string match -q -- '-*' $word
                    test "$word" = "$argv[1]"
                    return
                end
            end
            test "$argv[1]" = ""
        end

        complete -c pieces -f

        """;

    public static string Script(CompletionModel model)
    {
        var script = new StringBuilder(Head);
        foreach (CompletedCommand command in model.Commands)
            script.Append($"complete -c pieces -n '__pieces_is \"\"' -a {command.Name} -d {Quote(command.Description)}\n");
        AppendFlags(script, "\"\"", model.CommonFlags);
        foreach (CompletedCommand command in model.Commands)
        {
            script.Append('\n');
            if (Arguments(command.Positional) is { Length: > 0 } arguments)
                script.Append($"complete -c pieces -n '__pieces_is {command.Name}'{arguments}\n");
            AppendFlags(script, command.Name, command.Flags);
        }

        return script.ToString();
    }

    private static void AppendFlags(StringBuilder script, string command, IReadOnlyList<CompletedFlag> flags)
    {
        foreach (CompletedFlag flag in flags)
        {
            script.Append($"complete -c pieces -n '__pieces_is {command}'");
            foreach (string name in flag.Names)
                script.Append(name.Length == 2 ? $" -s {name[1]}" : $" -l {name[2..]}");
            if (flag.Value.Kind != WordKind.Nothing)
                script.Append(" -r").Append(Arguments(flag.Value));
            script.Append($" -d {Quote(flag.Description)}\n");
        }
    }

    private static string Arguments(CompletedWord word) => word.Kind switch
    {
        WordKind.Choice => $" -f -a {Quote(string.Join(' ', word.Choices))}",
        WordKind.Folder => " -f -a '(__fish_complete_directories (commandline -ct | string replace -r -- \"^--[^=]*=\" \"\"))'",
        WordKind.File => " -F",
        WordKind.Torrent => " -k -a '(__fish_complete_suffix .torrent)'",
        WordKind.Free => " -f",
        _ => string.Empty,
    };

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
