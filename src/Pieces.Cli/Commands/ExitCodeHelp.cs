namespace Pieces.Cli.Commands;

/// <summary>The exit codes for people who write scripts.</summary>
internal static class ExitCodeHelp
{
    /// <summary>One line a code.</summary>
    public static readonly string[] Lines =
    [
        "  0  everything is complete and verified, and the seeding goal, if any, was reached",
        "     (a signal while seeding complete data, and for `tracker`, is 0 too)",
        "  1  a bug or an unclassified failure",
        "  2  bad flag or argument",
        "  3  torrent file, URL or path not found or unreadable",
        "  4  bad torrent, or an unsafe path in it",
        "  5  no usable peer before --stall-timeout",
        "  6  --stall-timeout ran out after some contact",
        "  7  --deadline ran out (the download can be resumed)",
        "  8  disk full, or not enough space to begin",
        "  9  permission or other file error",
        " 10  `verify` found missing or bad data; `seed` found nothing valid to serve",
        " 11  another process is working on this download",
        " 12  several sources failed for different reasons (the same reason gives that code)",
        " 13  an existing path is in the way and --overwrite was not given",
        " 14  a hook failed (--on-complete)",
        " 15  the network interface is gone",
        " 16  every tracker refused, and nothing else may be used",
        "129  SIGHUP before completion; the state is saved (130: SIGINT, 143: SIGTERM)",
        "141  the reader of stdout went away",
    ];
}
