using System.Text;

namespace Pieces.Cli.Completion;

/// <summary>The completion script for zsh, to be placed in a folder of its <c>fpath</c> or to be sourced.</summary>
internal static class ZshCompletion
{
    private const string Head = """
        #compdef pieces
        # zsh completion for pieces, made by `pieces completion zsh`.

        _pieces_torrents() {
            _files -g '*.torrent(-.)'
        }

        _pieces() {
            local curcontext="$curcontext" state line
            typeset -A opt_args
            local -a commands

        """;

    private const string Tail = """
                    esac ;;
            esac
        }

        if [ "$funcstack[1]" = "_pieces" ]; then
            _pieces "$@"
        else
            compdef _pieces pieces
        fi

        """;

    public static string Script(CompletionModel model)
    {
        var script = new StringBuilder(Head);
        script.Append("    commands=(\n");
        foreach (CompletedCommand command in model.Commands)
            script.Append($"        {Quote($"{command.Name}:{command.Description}")}\n");
        script.Append("    )\n    _arguments -C -s -S \\\n");
        AppendFlags(script, model.CommonFlags, "        ");
        script.Append("        '1: :->command' \\\n        '*:: :->rest' && return\n");
        script.Append("    case $state in\n        command) _describe -t commands command commands ;;\n");
        script.Append("        rest)\n            case $line[1] in\n");
        foreach (CompletedCommand command in model.Commands)
        {
            script.Append($"                {command.Name})\n                    _arguments -s -S \\\n");
            AppendFlags(script, command.Flags, "                        ");
            script.Append($"                        {Quote(PositionalSpec(command.Positional))} ;;\n");
        }

        return script.Append(Tail).ToString();
    }

    private static void AppendFlags(StringBuilder script, IReadOnlyList<CompletedFlag> flags, string indent)
    {
        foreach (CompletedFlag flag in flags)
        {
            bool hasValue = flag.Value.Kind != WordKind.Nothing;
            string[] names = [.. flag.Names.Select(name => !hasValue ? name : name.Length == 2 ? $"{name}+" : $"{name}=")];
            string exclusion = flag.IsRepeatable ? "*" : $"({string.Join(' ', flag.Names)})";
            string value = hasValue ? $":{Escape(flag.ValueName)}:{Action(flag.Value)}" : string.Empty;
            string rest = $"[{Escape(flag.Description)}]{value}";
            string spec = names.Length == 1
                ? Quote(exclusion + names[0] + rest)
                : $"{Quote(exclusion)}{{{string.Join(',', names)}}}{Quote(rest)}";
            script.Append($"{indent}{spec} \\\n");
        }
    }

    private static string PositionalSpec(CompletedWord word) => word.Kind switch
    {
        WordKind.Nothing => "*: :",
        WordKind.Choice => $"1: :{Action(word)}",
        _ => $"*: :{Action(word)}",
    };

    private static string Action(CompletedWord word) => word.Kind switch
    {
        WordKind.Choice => $"({string.Join(' ', word.Choices)})",
        WordKind.Folder => "_files -/",
        WordKind.File => "_files",
        WordKind.Torrent => "_pieces_torrents",
        _ => string.Empty,
    };

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal)
        .Replace("]", "\\]", StringComparison.Ordinal)
        .Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
