namespace Pieces.Cli.Help;

/// <summary>Example command lines for each command.</summary>
internal static class CommandExamples
{
    /// <summary>Returns the examples of a command, the most common first. An empty name returns the examples of the program.</summary>
    public static IReadOnlyList<Example> Of(string command) => command switch
    {
        "" =>
        [
            new("pieces download debian.torrent", "download it into the current folder"),
            new("pieces seed debian.torrent --data ~/isos", "seed the existing data"),
            new("pieces create holiday -t http://tracker.example/announce", "make a torrent"),
            new("pieces share holiday", "share it with another machine"),
        ],
        "download" =>
        [
            new("pieces download debian.torrent", "into this folder; run it again to resume"),
            new("pieces download https://example.org/debian.torrent -v", "from the web, with more messages"),
            new("pieces download album.torrent -s '*.flac'", "some of its files"),
            new("pieces download album.torrent -o - | tar x", "straight into another program"),
        ],
        "seed" =>
        [
            new("pieces seed debian.torrent", "seed the data in this folder until Ctrl-C"),
            new("pieces seed debian.torrent --data ~/isos", "the data is in another folder"),
            new("pieces seed a.torrent b.torrent --seed-time 2h", "stop after two hours"),
            new("pieces seed album.torrent -s '*.flac'", "some of its files"),
        ],
        "show" =>
        [
            new("pieces show debian.torrent", "name, size, info-hash, trackers"),
            new("pieces show https://example.org/debian.torrent --files", "with the list of files"),
            new("pieces show debian.torrent --json | jq .size", "for a program"),
        ],
        "verify" =>
        [
            new("pieces verify debian.torrent", "is everything complete and valid? 0: yes, 10: no"),
            new("pieces verify debian.torrent --data ~/isos", "the data is in another folder"),
        ],
        "create" =>
        [
            new("pieces create holiday -t http://tracker.example/announce", "writes holiday.torrent"),
            new("pieces create film.mkv -o - > film.torrent", "to stdout"),
            new("pieces create a b --name both --private -t http://t.example/", "several paths in one folder"),
        ],
        "magnet" =>
        [
            new("pieces magnet debian.torrent", "print the magnet link"),
            new("pieces magnet x.torrent --tracker udp://t.example:6969", "print it with one more tracker"),
            new("pieces magnet 'magnet:?xt=urn:btih:HASH' -o x.torrent", "fetch the torrent of a link"),
        ],
        "tracker" =>
        [
            new("pieces tracker", "on this machine only; prints the URLs"),
            new("pieces tracker --listen 0.0.0.0 --port 6969", "for the whole network"),
        ],
        "share" =>
        [
            new("pieces share holiday", "prints the command for the recipient"),
            new("pieces share film.mkv --times 1", "ends when one peer has everything"),
        ],
        "config" =>
        [
            new("pieces config", "what a download would use, and why"),
            new("pieces config seed --json", "the same for seed, as JSON"),
            new("pieces config download --down-limit 2M", "with a flag on the command line"),
        ],
        "completion" =>
        [
            new("source <(pieces completion bash)", "for the current bash session"),
            new("pieces completion zsh > ~/.zfunc/_pieces", "for each zsh with this folder in fpath"),
            new("pieces completion fish | source", "for the current fish session"),
            new("pieces completion pwsh | Out-String | Invoke-Expression", "for the current session"),
        ],
        "help" =>
        [
            new("pieces help download", "every flag of download"),
            new("pieces help exit-codes", "what scripts may rely on"),
        ],
        _ => [],
    };
}
