using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flag that requests output for programs.</summary>
internal static class JsonFlag
{
    private const string Name = "--json";

    /// <summary>Creates the flag for a command that prints one object.</summary>
    public static Option<bool> Create() => Flag.Switch("print one JSON object instead of text", Name);

    /// <summary>Returns the flag of a command, or null if the command has none.</summary>
    public static Option<bool>? Of(Command command) => command.Options.OfType<Option<bool>>().FirstOrDefault(option => option.Name == Name);
}
