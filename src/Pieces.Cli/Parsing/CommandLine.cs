using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>
/// The arguments of the user in a form that the parser accepts. Values of switches are removed, because for the parser a switch is either present or
/// absent. An empty value after an equals sign becomes a separate argument, because otherwise the parser would take the next argument as the value.
/// </summary>
/// <param name="Command">The command that the arguments name; the root command if they name none.</param>
/// <param name="CommandIndex">Index of the command's name in <paramref name="Arguments"/>; -1 if there is none.</param>
/// <param name="Arguments">Arguments for the parser.</param>
/// <param name="SwitchedOff">Switches that were given as <c>--flag=0</c>.</param>
/// <param name="Complaint">What is wrong with the value of a switch, or null.</param>
internal sealed record CommandLine(
    Command Command, int CommandIndex, IReadOnlyList<string> Arguments, IReadOnlySet<Option> SwitchedOff, string? Complaint)
{
    private static readonly HashSet<Option> None = [];

    /// <summary>Reads the arguments of the program.</summary>
    public static CommandLine Read(RootCommand root, IReadOnlyList<string> arguments)
    {
        // Flags that are permitted before the command take no value, so the first argument that is not a flag is the command.
        int index = 0;
        while (index < arguments.Count && arguments[index].StartsWith('-') && arguments[index] != "--")
            index++;
        Command? command = index < arguments.Count ? root.Subcommands.FirstOrDefault(candidate => candidate.Name == arguments[index]) : null;
        if (command is null)
            return new CommandLine(root, -1, arguments, None, null);
        if (!arguments.Any(argument => argument.StartsWith('-') && argument.AsSpan().ContainsAny('=', ':')))
            return new CommandLine(command, index, arguments, None, null);
        return new Reader(command).Read(arguments);
    }

    /// <summary>Returns the arguments with more flags inserted directly after the command's name.</summary>
    public IReadOnlyList<string> With(IReadOnlyList<string> flags) =>
        [.. Arguments.Take(CommandIndex + 1), .. flags, .. Arguments.Skip(CommandIndex + 1)];

    private sealed class Reader(Command command)
    {
        private readonly Dictionary<string, Option> _known = KnownFlags.ByName(command);
        private readonly List<(string Text, Option? Switch)> _arguments = [];
        private readonly HashSet<Option> _off = [];
        private string? _complaint;

        public CommandLine Read(IReadOnlyList<string> arguments)
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                if (arguments[i] == "--")
                {
                    _arguments.AddRange(arguments.Skip(i).Select(rest => (rest, (Option?)null)));
                    break;
                }

                Take(arguments[i]);

                // The argument after a flag that takes a value is that value, even if it looks like a flag.
                bool valueFollows = _known.TryGetValue(arguments[i], out Option? option) && KnownFlags.TakesValue(option);
                if (valueFollows && i + 1 < arguments.Count)
                    _arguments.Add((arguments[++i], null));
            }

            int index = _arguments.FindIndex(argument => !argument.Text.StartsWith('-'));
            return new CommandLine(command, index, [.. _arguments.Select(argument => argument.Text)], _off, _complaint);
        }

        private void Take(string argument)
        {
            string name = KnownFlags.NameOf(argument);
            _known.TryGetValue(name, out Option? option);
            bool hasValue = name.Length < argument.Length;
            if (hasValue && option is null && LastOfBundle(name, takesValue: false) is { } last)
                _complaint ??= $"{argument}: a flag with a value cannot be combined with others; write {last.Name}=false";
            bool takesValue = (option is not null && KnownFlags.TakesValue(option)) || LastOfBundle(name, takesValue: true) is not null;
            if (takesValue && name.Length == argument.Length - 1)
                _arguments.AddRange(KnownFlags.WithValue(name, "").Select(part => (part, (Option?)null)));
            else if (option is null || KnownFlags.TakesValue(option))
                _arguments.Add((argument, null));
            else if (hasValue)
                Switch(option, name, argument[(name.Length + 1)..]);
            else
                Switch(option, name, "true");
        }

        // If a switch is given more than once, the last one counts.
        private void Switch(Option option, string name, string value)
        {
            try
            {
                if (Values.Switch(value))
                {
                    _off.Remove(option);
                    _arguments.Add((name, option));
                }
                else
                {
                    _off.Add(option);
                    _arguments.RemoveAll(argument => argument.Switch == option);
                }
            }
            catch (FormatException e)
            {
                _complaint ??= $"{name}: {e.Message}";
            }
        }

        // Returns the last flag of a bundle of short flags such as -vn. All flags before it must be switches. The last flag must take a value if
        // takesValue is set, and must be a switch otherwise.
        private Option? LastOfBundle(string name, bool takesValue)
        {
            if (name.Length < 3 || name[1] == '-')
                return null;
            bool switches = name[1..^1].All(letter => _known.TryGetValue($"-{letter}", out Option? flag) && !KnownFlags.TakesValue(flag));
            bool isLast = _known.TryGetValue($"-{name[^1]}", out Option? last) && KnownFlags.TakesValue(last) == takesValue;
            return switches && isLast ? last : null;
        }
    }
}
