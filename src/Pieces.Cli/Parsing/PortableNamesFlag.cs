using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flag for file names that are valid on every operating system, for commands that write or look for the data of a torrent.</summary>
internal static class PortableNamesFlag
{
    /// <summary>Creates the flag.</summary>
    public static Option<bool> Create() =>
        Flag.Switch("use file names that are valid on every system, even if this disk accepts others", "--portable-names");
}
