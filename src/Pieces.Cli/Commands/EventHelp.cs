namespace Pieces.Cli.Commands;

/// <summary>The events of <c>--json</c> for people who write scripts.</summary>
internal static class EventHelp
{
    /// <summary>Some lines for each event.</summary>
    public static readonly string[] Lines =
    [
        "With --json, `download` and `seed` print one JSON object a line on stdout, and nothing on stderr:",
        "",
        "  {\"v\":1,\"time\":\"2025-01-31T08:15:00.000Z\",\"event\":\"piece\",\"infohash\":\"0123...\",\"index\":3,\"have\":4,\"pieces\":90}",
        "",
        "start     source, name, files, size, pieces, piece_length, have (pieces that are valid already)",
        "metadata  name, size: a magnet link's info dictionary has arrived",
        "piece     index, have, pieces: verified and written",
        "file      path, size: complete, verified, under its final name; also for files that were so before",
        "progress  done, size, down_rate, up_rate, uploaded, peers, seeds, eta_s (or null): once a second",
        "peer      address, state (connected, closed, banned), reason, client",
        "tracker   url, ok, peers, error (or null)",
        "warning   source (or null), message, code (0)",
        "error     source (or null), message, code (an exit code)",
        "complete  name, path, size, seconds, downloaded, uploaded, wasted",
        "summary   source, exit (the code of the process), code (of this source alone), reason: the last lines, one for each source",
        "",
        "Sizes are bytes, rates bytes a second. infohash is null where it never became known. Fields are only ever added.",
        "A reader who is slow holds up no transfer: while he does not read, progress is left out, and so may be peers, trackers and warnings.",
        "",
        "A program of --on-complete gets the `complete` event on its stdin, with full paths and with files (path and size of each),",
        "and in its environment PIECES_HOOK_EVENT, _INFOHASH, _NAME, _PATH, _DIR, _SIZE, _FILES (their number), _SECONDS, _DOWNLOADED, _UPLOADED.",
    ];
}
