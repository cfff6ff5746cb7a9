using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>Where the data of a torrent lies, for commands that only read it.</summary>
internal static class DataFlag
{
    /// <summary>Makes the flag.</summary>
    public static Option<string> Create() =>
        Flag.Of(Values.Name, "DIR", "the folder that contains the torrent's file or top folder (default: .)", "--data");

    /// <summary>The folder.</summary>
    public static string Of(ParseResult parse, Option<string> flag) => parse.GetValue(flag) ?? ".";
}
