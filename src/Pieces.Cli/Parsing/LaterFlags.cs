namespace Pieces.Cli.Parsing;

/// <summary>What the contract names and this version does not do yet: refused by name, never ignored.</summary>
internal static class LaterFlags
{
    /// <summary>Commands to come.</summary>
    public static readonly string[] Commands = ["magnet", "share"];

    private static readonly HashSet<string> Download =
    [
        "-s", "--select", "-x", "--exclude", "-n", "--dry-run",
    ];

    private static readonly HashSet<string> Show = ["--json", "--magnet", "--scrape"];

    private static readonly HashSet<string> Verify = ["--json"];

    private static readonly HashSet<string> None = [];

    /// <summary>Flags to come of one command.</summary>
    public static HashSet<string> Of(string command) => command switch
    {
        "download" or "seed" => Download,
        "show" => Show,
        "verify" => Verify,
        _ => None,
    };
}
