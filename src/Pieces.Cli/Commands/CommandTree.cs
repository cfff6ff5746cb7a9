using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary>The root command with all commands below it.</summary>
internal static class CommandTree
{
    /// <summary>Builds the command tree of one run.</summary>
    /// <param name="context">Output, messages, clock and signals of the run.</param>
    /// <param name="settings">The environment and the configuration file, which supply values for flags that are not on the command line.</param>
    /// <param name="flags">Flags that every command accepts.</param>
    public static RootCommand Create(CliContext context, SettingSources settings, CommonFlags flags)
    {
        var root = new RootCommand("Download, verify and seed torrents.");
        // System.CommandLine adds flags and directives of its own to the root command. Ours replace them.
        root.Options.Clear();
        root.Directives.Clear();
        flags.AddTo(root);
        root.Subcommands.Add(DownloadCommand.Create(context));
        root.Subcommands.Add(SeedCommand.Create(context));
        root.Subcommands.Add(ShowCommand.Create(context));
        root.Subcommands.Add(VerifyCommand.Create(context));
        root.Subcommands.Add(CreateCommand.Create(context));
        root.Subcommands.Add(MagnetCommand.Create(context));
        root.Subcommands.Add(TrackerCommand.Create(context));
        root.Subcommands.Add(ShareCommand.Create(context));
        root.Subcommands.Add(ConfigCommand.Create(context, settings, root));
        root.Subcommands.Add(CompletionCommand.Create(context, root));
        root.Subcommands.Add(HelpCommand.Create(context, root));
        return root;
    }
}
