using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flag that asks for output that programs read.</summary>
internal static class JsonFlag
{
    private const string Name = "--json";

    /// <summary>Makes the flag for a command that prints one object.</summary>
    public static Option<bool> Create() => Flag.Switch("print one JSON object instead of text", Name);

    /// <summary>The flag of a command that has one already, or null.</summary>
    public static Option<bool>? Of(Command command) => command.Options.OfType<Option<bool>>().FirstOrDefault(option => option.Name == Name);
}
