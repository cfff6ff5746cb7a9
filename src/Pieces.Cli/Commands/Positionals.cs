using System.CommandLine;

namespace Pieces.Cli.Commands;

/// <summary>Positional arguments that several commands share.</summary>
internal static class Positionals
{
    /// <summary>Exactly one torrent.</summary>
    public static Argument<string> Source() => new("SOURCE")
    {
        Description = "a .torrent file, the http(s) URL of one, or - for its bytes on stdin",
        Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>Any number of torrents. There may be none, because a list file can name them.</summary>
    public static Argument<string[]> Sources() => new("SOURCE")
    {
        Description = "a .torrent file, the http(s) URL of one, a magnet link, an info-hash, or - for a torrent's bytes on stdin",
        Arity = ArgumentArity.ZeroOrMore,
    };
}
