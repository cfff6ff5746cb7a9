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
            new("pieces config", "the effective settings and their sources"),
        ],
        [
            new HelpSection("Precedence",
            [
                "A flag on the command line takes precedence over the environment, and the environment over the file. The value with "
                    + "precedence replaces the other one completely, also for a repeatable flag.",
            ], []),
            new HelpSection("Names",
            [
                "Every flag of every command can be a setting. In the file, its name is that of the flag without the leading dashes "
                    + "(down-limit, no-dht). In the environment, its name is PIECES_ and the name of the flag in capitals, with _ for - "
                    + "(PIECES_DOWN_LIMIT, PIECES_NO_DHT). Settings without a matching flag of the command are ignored.",
                "The file applies to all commands, so a flag whose meaning differs from download's is prefixed with its command: create-output, "
                    + "create-overwrite, create-tracker, magnet-output, magnet-overwrite, magnet-peer, magnet-tracker, tracker-port. "
                    + "The environment accepts these names too (PIECES_CREATE_OUTPUT); they take precedence over the shorter ones.",
            ], []),
            new HelpSection("Values",
            [
                "As on the command line. A flag without a value is 1 or true, 0 or false; --flag=false turns off for one command what a "
                    + "setting turns on. verbose and quiet are numbers from 0 to 3. A repeatable flag takes one value per line: several lines "
                    + "of the file, or the lines of one variable. An empty variable counts as not set.",
            ], []),
            new HelpSection("The file",
            [
                "Lines of name=value, and blank lines. A # begins a comment at the start of a line and between blanks. Values are not "
                    + "quoted; ~/ at the start of a folder or file is the home folder. An unknown name, an invalid line or an invalid value "
                    + "ends the command with exit code 2 and a message that names the line.",
            ],
            [
                new("$XDG_CONFIG_HOME/pieces/config", "everywhere, when the variable is set"),
                new("~/.config/pieces/config", "Linux and other Unix systems"),
                new("~/Library/Application Support/pieces/config", "macOS"),
                new("%APPDATA%\\pieces\\config", "Windows"),
            ]),
            new HelpSection("The cache",
            [
                "Nodes of the public distributed hash table are kept between runs, so that the next run begins with them. The file may be "
                    + "removed at any time. A closed network (--dht-bootstrap) writes nothing to it, and --no-dht neither reads nor writes it.",
            ],
            [
                new("$XDG_CACHE_HOME/pieces/dht", "everywhere, when the variable is set"),
                new("~/.cache/pieces/dht", "Linux, macOS and other Unix systems"),
                new("%LOCALAPPDATA%\\pieces\\dht", "Windows"),
            ]),
            new HelpSection("The environment",
            [
                "An unknown variable that begins with PIECES_ causes a warning. Variables that begin with PIECES_HOOK_ are for programs "
                    + "that --on-complete runs, and are never read. NO_COLOR and TERM are obeyed. HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and "
                    + "NO_PROXY apply to HTTP only; a download says so when it begins.",
            ], []),
        ]);
}
