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
                "With --json, `download`, `seed` and `share` print one JSON object a line on stdout (on stderr where stdout is the content), "
                    + "and no lines for people. "
                    + "Each begins with v (1), time (RFC 3339), event (its name) and infohash (hex; null where it never became known). "
                    + "Sizes are bytes, rates "
                    + "bytes a second. Fields are only ever added.",
                "A slow reader does not delay transfers: while it does not read, progress is dropped, and so may be peers, trackers and warnings.",
            ],
            [
                new("start", "source, name, files, size, pieces, piece_length, have (pieces already valid)"),
                new("share", "name, magnet (the link), command (the line for the other side), times (or null): only of share"),
                new("metadata", "name, size: the info dictionary of a magnet link arrived"),
                new("piece", "index, have, pieces"),
                new("file", "path, size: complete, verified, under its final name; also for files that were so before"),
                new("progress", "done, size, down_rate, up_rate, uploaded, peers, seeds, eta_s (or null), dht_nodes (or null), "
                    + "phase (downloading or seeding; finding_peers or fetching_metadata while only a magnet link is known): once a second"),
                new("peer", "address, state (connected, closed, banned, or complete: it lacked something and has everything now), "
                    + "reason, client, origin (when connected: hand, tracker, dht, lsd, pex or incoming), encrypted (true or false)"),
                new("tracker", "url, ok, peers, error (or null)"),
                new("warning", "source (or null), message, code (0)"),
                new("error", "source (or null), message, code (an exit code)"),
                new("complete", "name, path, size, seconds, downloaded, uploaded, wasted"),
                new("summary", "source, exit (the code of the process), code (of this source alone), reason: the last lines, one for each source"),
            ]),
            new HelpSection("Hooks",
            [
                "A program of --on-complete gets the complete event on its stdin, with full paths and with files (path and size of each), "
                    + "and in its environment "
                    + "PIECES_HOOK_EVENT, _INFOHASH, _NAME, _PATH, _DIR, _SIZE, _FILES (their number), _SECONDS, _DOWNLOADED, _UPLOADED.",
            ],
            []),
        ]);
}
