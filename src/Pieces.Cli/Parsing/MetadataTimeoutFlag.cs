using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>
/// <c>--metadata-timeout</c>: limits the wait for metadata, so that an unattended run does not wait forever for a link without peers.
/// </summary>
internal static class MetadataTimeoutFlag
{
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(10);

    /// <summary>Creates the flag for one command.</summary>
    public static Option<TimeSpan?> Create() => Flag.Of<TimeSpan?>(
        text => Values.PositiveDuration(text),
        "D",
        "give up on a magnet link if its metadata is not received within this time (default: none on a terminal, 10m elsewhere)",
        "--metadata-timeout");

    /// <summary>Maximum time until the metadata is received; null for no limit.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="option">The flag.</param>
    /// <param name="isWatched">Whether stderr is a terminal, so that a user can stop the command. Otherwise the limit is 10 minutes by
    /// default.</param>
    public static TimeSpan? Of(ParseResult parse, Option<TimeSpan?> option, bool isWatched) =>
        parse.GetValue(option) ?? (isWatched ? null : Unwatched);
}
