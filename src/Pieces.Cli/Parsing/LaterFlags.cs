namespace Pieces.Cli.Parsing;

/// <summary>What the contract names and this version does not do yet: refused by name, never ignored.</summary>
internal static class LaterFlags
{
    /// <summary>Commands to come.</summary>
    public static readonly string[] Commands = ["share", "config", "completion"];

    private static readonly HashSet<string> Download =
    [
        "-s", "--select", "-x", "--exclude", "--dht-bootstrap", "--encryption", "--proxy", "--print-paths", "-0",
        "-i", "--input", "-j", "--jobs", "--on-complete", "-n", "--dry-run", "--json",
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
