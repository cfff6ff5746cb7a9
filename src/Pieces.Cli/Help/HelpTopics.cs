namespace Pieces.Cli.Help;

/// <summary>What can be asked about beside commands.</summary>
internal static class HelpTopics
{
    /// <summary>All topics.</summary>
    public static IReadOnlyList<HelpPage> All { get; } = [ExitCodeHelp.Page, EventHelp.Page, ConfigHelp.Page];
}
