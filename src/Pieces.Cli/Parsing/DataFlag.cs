using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flag for the location of a torrent's data, for commands that only read the data.</summary>
internal static class DataFlag
{
    /// <summary>Creates the flag.</summary>
    public static Option<string> Create() =>
        Flag.Of(Values.Name, "DIR", "the folder that contains the torrent's file or top folder (default: .)", "--data");

    /// <summary>Returns the folder.</summary>
    public static string Of(ParseResult parse, Option<string> flag) => parse.GetValue(flag) ?? ".";
}
