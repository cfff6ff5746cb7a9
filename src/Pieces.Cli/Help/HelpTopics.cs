namespace Pieces.Cli.Help;

/// <summary>The help topics that are not commands.</summary>
internal static class HelpTopics
{
    public static IReadOnlyList<HelpPage> All { get; } = [ExitCodeHelp.Page, EventHelp.Page, ConfigHelp.Page];
}
