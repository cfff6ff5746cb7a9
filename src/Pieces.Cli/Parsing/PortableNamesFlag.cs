using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>Whether files get names that every system takes, for commands that write or look for the data of a torrent.</summary>
internal static class PortableNamesFlag
{
    /// <summary>Makes the flag.</summary>
    public static Option<bool> Create() => Flag.Switch("give files names that every system takes, whatever this disk takes", "--portable-names");
}
