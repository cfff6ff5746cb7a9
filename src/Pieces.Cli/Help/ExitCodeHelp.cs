namespace Pieces.Cli.Help;

/// <summary>Help topic: the exit codes, for authors of scripts.</summary>
internal static class ExitCodeHelp
{
    public static HelpPage Page { get; } = new(
        "exit-codes",
        "the exit codes of pieces; a code never changes its meaning",
        null,
        [],
        [
            new HelpSection("Exit codes", [],
            [
                new("0", "everything selected is complete and verified, and the seeding goal, if any, was reached (a signal while seeding complete "
                    + "data, and for `tracker` and `share`, is 0 too)"),
                new("1", "a bug or an unclassified failure"),
                new("2", "bad flag, argument or config value"),
                new("3", "torrent file, URL or path not found or unreadable"),
                new("4", "bad torrent or magnet link, unsafe path in it, or a selection that matches nothing"),
                new("5", "no usable peer before --stall-timeout or --metadata-timeout expired"),
                new("6", "--stall-timeout or --metadata-timeout expired after some contact"),
                new("7", "--deadline expired (the download can be resumed)"),
                new("8", "disk full, or not enough space to begin"),
                new("9", "permission or other file error"),
                new("10", "`verify` found missing or bad data; `seed` found nothing valid to serve"),
                new("11", "another process is working on this download"),
                new("12", "several sources failed for different reasons (if the reason is the same, its own code)"),
                new("13", "an existing path is in the way and --overwrite was not given"),
                new("14", "a hook failed"),
                new("15", "the network interface or the proxy is gone"),
                new("16", "every tracker refused, and no other source of peers is enabled; `show --scrape`: no tracker returned counts"),
                new("129, 130, 143", "SIGHUP, SIGINT, SIGTERM before completion; the state is saved"),
                new("141", "the reader of stdout went away"),
            ]),
        ]);
}
