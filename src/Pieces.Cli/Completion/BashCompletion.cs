using System.Text;

namespace Pieces.Cli.Completion;

/// <summary>The completion script for bash. It works with bash 3.2 and without the bash-completion package.</summary>
internal static class BashCompletion
{
    private const string Head = """
        # bash completion for pieces, made by `pieces completion bash`.

        _pieces_offer() {
            local line
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -P "$prefix" "$@" -- "$cur")
        }

        # What is typed may be quoted; names are compared as they are.
        _pieces_paths() {
            cur=${cur#[\"\']}
            cur=${cur//\\/}
            compopt -o filenames 2>/dev/null
            _pieces_offer "$@"
        }

        _pieces_torrents() {
            _pieces_paths -f -X '!*.torrent'
            _pieces_paths -d
        }

        _pieces() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} prefix="" name="" ended="" i
            COMPREPLY=()
            # --flag=value: the sign of equality is a word of its own, unless COMP_WORDBREAKS was changed.
            if [[ $cur == "=" ]]; then
                cur=""
            elif [[ $prev == "=" ]]; then
                prev=${COMP_WORDS[COMP_CWORD-2]}
            elif [[ $cur == --*=* ]]; then
                prev=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}
            fi
            for ((i = 1; i < COMP_CWORD; i++)); do
                if [[ ${COMP_WORDS[i]} == "--" ]]; then
                    ended=yes
                elif [[ -z $name && ${COMP_WORDS[i]} != -* ]]; then
                    name=${COMP_WORDS[i]}
                fi
            done

            case "$name" in

        """;

    private const string Tail = """
            esac
        }

        complete -F _pieces pieces

        """;

    public static string Script(CompletionModel model)
    {
        var script = new StringBuilder(Head);
        script.Append("        \"\")\n");
        AppendWords(script, model.CommonFlags, new CompletedWord(WordKind.Choice, [.. model.Commands.Select(command => command.Name)]));
        foreach (CompletedCommand command in model.Commands)
        {
            script.Append($"        {command.Name})\n");
            AppendValues(script, command.Flags);
            AppendWords(script, command.Flags, command.Positional);
        }

        return script.Append(Tail).ToString();
    }

    private static void AppendValues(StringBuilder script, IReadOnlyList<CompletedFlag> flags)
    {
        CompletedFlag[] valued = [.. flags.Where(flag => flag.Value.Kind != WordKind.Nothing)];
        if (valued.Length == 0)
            return;
        script.Append("            case \"$ended$prev\" in\n");
        foreach (CompletedFlag flag in valued)
            script.Append($"                {string.Join('|', flag.Names)}) {Offer(flag.Value)}; return ;;\n");
        script.Append("            esac\n");
    }

    private static void AppendWords(StringBuilder script, IReadOnlyList<CompletedFlag> flags, CompletedWord positional)
    {
        script.Append("            if [[ -z $ended && $cur == -* ]]; then\n");
        script.Append($"                _pieces_offer -W '{string.Join(' ', flags.SelectMany(flag => flag.Names))}'\n");
        script.Append("            else\n");
        script.Append($"                {Offer(positional)}\n");
        script.Append("            fi ;;\n");
    }

    private static string Offer(CompletedWord word) => word.Kind switch
    {
        WordKind.Choice => $"_pieces_offer -W '{string.Join(' ', word.Choices)}'",
        WordKind.Folder => "_pieces_paths -d",
        WordKind.File => "_pieces_paths -f",
        WordKind.Torrent => "_pieces_torrents",
        _ => ":",
    };
}
