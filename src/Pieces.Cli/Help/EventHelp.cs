namespace Pieces.Cli.Help;

/// <summary>Help topic: the events of <c>--json</c>, for authors of programs that read them.</summary>
internal static class EventHelp
{
    public static HelpPage Page { get; } = new(
        "events",
        "the events of --json, and their fields",
        null,
        [],
        [
            new HelpSection("Events",
            [
                "With --json, `download`, `seed` and `share` print one JSON object per line on stdout (on stderr if stdout carries the "
                    + "content), and no lines for people. Each object begins with v (1), time (RFC 3339), event (its name) and infohash (hex; "
                    + "null if it never became known). Sizes are in bytes, rates in bytes per second. Fields are only ever added.",
                "A slow reader does not delay transfers: while it does not read, progress events are dropped, and peer, "
                    + "tracker and warning events may be dropped too.",
            ],
            [
                new("start", "source, name, files, size, pieces, piece_length, have (pieces already valid)"),
                new("share", "name, magnet (the link), command (the command for the recipient), times (or null): only from share"),
                new("metadata", "name, size: the info dictionary of a magnet link has arrived"),
                new("piece", "index, have, pieces"),
                new("file", "path, size: complete, verified, under its final name; also for files that were complete before"),
                new("progress", "done, size, down_rate, up_rate, uploaded, peers, seeds, eta_s (or null), dht_nodes (or null), "
                    + "phase (downloading or seeding; finding_peers or fetching_metadata while only a magnet link is known): once a second"),
                new("peer", "address, state (connected, closed, banned, or complete: it was incomplete and has everything now), "
                    + "reason, client, origin (when connected: hand, tracker, dht, lsd, pex or incoming), encrypted (true or false)"),
                new("tracker", "url, ok, peers, error (or null)"),
                new("warning", "source (or null), message, code (0)"),
                new("error", "source (or null), message, code (an exit code)"),
                new("complete", "name, path, size, seconds, downloaded, uploaded, wasted"),
                new("summary", "source, exit (the code of the process), code (of this source only), reason: the last lines, one per source"),
            ]),
            new HelpSection("Hooks",
            [
                "A program of --on-complete receives the complete event on its stdin, with full paths and with files (path and size of each), "
                    + "and in its environment "
                    + "PIECES_HOOK_EVENT, _INFOHASH, _NAME, _PATH, _DIR, _SIZE, _FILES (their number), _SECONDS, _DOWNLOADED, _UPLOADED.",
            ],
            []),
        ]);
}
