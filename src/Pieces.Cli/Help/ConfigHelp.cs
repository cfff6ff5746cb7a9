namespace Pieces.Cli.Help;

/// <summary>Help topic: settings in the environment and in the configuration file.</summary>
internal static class ConfigHelp
{
    public static HelpPage Page { get; } = new(
        "config",
        "settings in the environment and in the configuration file",
        null,
        [
            new("PIECES_DOWN_LIMIT=2M pieces download debian.torrent", "for one command"),
            new("echo 'down-limit=2M' >> ~/.config/pieces/config", "for all of them"),
            new("pieces config", "what holds now, and where it stands"),
        ],
        [
            new HelpSection("Precedence",
            [
                "A flag on the command line beats the environment, and the environment beats the file. The stronger one replaces the weaker "
                    + "altogether, also "
                    + "for a flag that may be given again.",
            ], []),
            new HelpSection("Names",
            [
                "Every flag of every command can be a setting. In the file it is called as the flag is, without the dashes in front "
                    + "(down-limit, no-dht); in the "
                    + "environment in capitals behind PIECES_, with _ for - (PIECES_DOWN_LIMIT, PIECES_NO_DHT). What the present command "
                    + "has no flag for is not used.",
                "The file serves all commands, so a flag that means something else than download's has its command in front there: create-output, "
                    + "create-overwrite, create-tracker, magnet-output, magnet-overwrite, magnet-peer, magnet-tracker, tracker-port. "
                    + "The environment knows these names too (PIECES_CREATE_OUTPUT); they go before the shorter ones.",
            ], []),
            new HelpSection("Values",
            [
                "As on the command line. A flag without a value is 1 or true, 0 or false; --flag=false switches off for one command what a "
                    + "setting switches on. "
                    + "verbose and quiet are numbers from 0 to 3. A flag that may be given again takes one value a line: a line of the file "
                    + "each, or lines of the "
                    + "one variable. A variable that is empty counts as not there.",
            ], []),
            new HelpSection("The file",
            [
                "Lines of name=value, and blank ones. A # begins a comment at the start of a line and between blanks. Values are not "
                    + "quoted; ~/ at the start of a folder or file is the "
                    + "home. A name that is unknown, a line that is none and a value that cannot be used end the command with 2 and say "
                    + "where they stand.",
            ],
            [
                new("$XDG_CONFIG_HOME/pieces/config", "everywhere, when the variable is set"),
                new("~/.config/pieces/config", "Linux and other Unix systems"),
                new("~/Library/Application Support/pieces/config", "macOS"),
                new("%APPDATA%\\pieces\\config", "Windows"),
            ]),
            new HelpSection("The cache",
            [
                "Nodes of the public distributed hash table are kept between runs, so that the next one begins with them. The file may be "
                    + "removed at any time. A closed network (--dht-bootstrap) leaves nothing there, and --no-dht neither reads nor writes it.",
            ],
            [
                new("$XDG_CACHE_HOME/pieces/dht", "everywhere, when the variable is set"),
                new("~/.cache/pieces/dht", "Linux, macOS and other Unix systems"),
                new("%LOCALAPPDATA%\\pieces\\dht", "Windows"),
            ]),
            new HelpSection("The environment",
            [
                "A variable that begins with PIECES_ and is unknown gives a warning. Those that begin with PIECES_HOOK_ are for programs "
                    + "that --on-complete runs, and are never "
                    + "read. NO_COLOR and TERM are obeyed. HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY concern HTTP alone; a download "
                    + "says so when it begins.",
            ], []),
        ]);
}
