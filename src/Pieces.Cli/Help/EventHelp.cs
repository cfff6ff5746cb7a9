namespace Pieces.Cli.Help;

/// <summary>The events of <c>--json</c> for people who write programs that read them.</summary>
internal static class EventHelp
{
    /// <summary>The topic.</summary>
    public static HelpPage Page { get; } = new(
        "events",
        "the events of --json, and their fields",
        null,
        [],
        [
            new HelpSection("Events",
            [
                "One JSON object a line. Each begins with v (1), time (RFC 3339), event (its name) and infohash (hex; not in events that "
                    + "concern no torrent). "
                    + "Fields are only ever added.",
            ],
            [
                new("start", "name, files, size, pieces, piece_length, have (pieces already valid)"),
                new("metadata", "name, size: the info dictionary of a magnet link arrived"),
                new("piece", "index, have, pieces"),
                new("file", "path, size: complete, verified, under its final name"),
                new("progress", "done, size, down_rate, up_rate, uploaded, peers, seeds, eta_s: once a second"),
                new("peer", "address, state (connected, closed, banned), reason, client"),
                new("tracker", "url, ok, peers, error"),
                new("warning", "message, code"),
                new("error", "message, code"),
                new("complete", "seconds, downloaded, uploaded, wasted"),
                new("summary", "exit (the code of the process), reason, per source: always the last"),
            ]),
        ]);
}
