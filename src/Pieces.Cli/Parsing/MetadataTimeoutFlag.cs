using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary><c>--metadata-timeout</c>: where nobody watches, a link that nobody knows must not be waited for without end.</summary>
internal static class MetadataTimeoutFlag
{
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(10);

    public static Option<TimeSpan?> Create() => Flag.Of<TimeSpan?>(
        text => Values.PositiveDuration(text),
        "D",
        "give up a magnet link whose metadata is not here after this long (default: none on a terminal, 10m elsewhere)",
        "--metadata-timeout");

    /// <summary>Longest time until the metadata is here, or null for no such limit.</summary>
    public static TimeSpan? Of(ParseResult parse, Option<TimeSpan?> option) =>
        parse.GetValue(option) ?? (Console.IsErrorRedirected ? Unwatched : null);
}
