using System.CommandLine;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Help;

/// <summary>The order and the headings of flags in help texts.</summary>
internal static class FlagGroups
{
    /// <summary>Maximum number of own flags that a command shows under a single heading.</summary>
    private const int FewFlags = 10;

    private const string Plain = "Flags";
    private const string Common = "Flags of every command";

    private static readonly (string Heading, string[] Flags)[] Groups =
    [
        ("What to download, and where to",
            ["--output", "--data", "--select", "--exclude", "--input", "--jobs", "--overwrite", "--prealloc", "--portable-names", "--dry-run"]),
        ("Order, checks and time limits", ["--order", "--paranoid", "--stall-timeout", "--deadline", "--metadata-timeout"]),
        ("Seeding", ["--seed", "--seed-ratio", "--seed-time", "--seed-idle", "--times"]),
        ("Limits", ["--down-limit", "--up-limit", "--max-peers"]),
        ("Trackers, peers and discovery", ["--tracker", "--no-trackers", "--peer", "--no-dht", "--no-pex", "--no-lsd", "--dht-bootstrap"]),
        ("Network", ["--port", "--interface", "--encryption", "--proxy"]),
        ("Output and scripts", ["--progress", "--json", "--print-paths", "-0", "--on-complete"]),
    ];

    /// <summary>Returns the flags of a command, grouped by heading, without hidden flags.</summary>
    public static IEnumerable<(string Heading, IReadOnlyList<Option> Flags)> Of(Command command)
    {
        Option[] all = [.. KnownFlags.Of(command).Where(option => !option.Hidden)];
        Option[] common = [.. all.Where(option => option.Recursive)];
        List<Option> own = [.. all.Except(common)];
        if (own.Count > FewFlags)
        {
            foreach ((string heading, string[] names) in Groups)
            {
                Option[] flags = [.. names.SelectMany(name => own.Where(option => option.Name == name || option.Aliases.Contains(name))).Distinct()];
                own.RemoveAll(flags.Contains);
                if (flags.Length > 0)
                    yield return (heading, flags);
            }
        }

        if (own.Count > 0)
            yield return (Plain, own);
        yield return (Common, common);
    }
}
