using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary><c>--metadata-timeout</c>: where nobody watches, a link that nobody knows must not be waited for without end.</summary>
internal static class MetadataTimeoutFlag
{
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(10);

    /// <summary>The flag for one command.</summary>
    public static Option<TimeSpan?> Create() => Flag.Of<TimeSpan?>(
        text => Values.PositiveDuration(text),
        "D",
        "give up a magnet link whose metadata is not here after this long (default: none on a terminal, 10m elsewhere)",
        "--metadata-timeout");

    /// <summary>Longest time until the metadata is here, or null for no such limit.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="option">The flag.</param>
    /// <param name="isWatched">Whether somebody looks on, who can end it when it has lasted too long.</param>
    public static TimeSpan? Of(ParseResult parse, Option<TimeSpan?> option, bool isWatched) =>
        parse.GetValue(option) ?? (isWatched ? null : Unwatched);
}
