using System.CommandLine;

namespace Pieces.Cli.Commands;

/// <summary>Positionals that several commands share.</summary>
internal static class Positionals
{
    /// <summary>One torrent.</summary>
    public static Argument<string> Source() => new("SOURCE")
    {
        Description = "a .torrent file, the http(s) URL of one, or - for its bytes on stdin",
        Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>Torrents; none where a list names them.</summary>
    public static Argument<string[]> Sources() => new("SOURCE")
    {
        Description = "a .torrent file, the http(s) URL of one, a magnet link, an info-hash, or - for a torrent's bytes on stdin",
        Arity = ArgumentArity.ZeroOrMore,
    };
}
