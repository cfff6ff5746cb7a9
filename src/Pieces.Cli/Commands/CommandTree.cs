using System.CommandLine;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary>All commands under their root.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree for one run.</summary>
    /// <param name="context">What every command is given.</param>
    /// <param name="settings">What completes a command line.</param>
    /// <param name="flags">Flags of every command.</param>
    public static RootCommand Create(CliContext context, SettingSources settings, CommonFlags flags)
    {
        var root = new RootCommand("Download, verify and seed torrents.");
        // The root comes with flags and directives of its own: ours replace them.
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
