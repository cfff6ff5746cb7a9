using System.CommandLine;
using Pieces.Cli;
using Pieces.Cli.Commands;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;
using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli;

/// <summary>The program's whole tree of commands, to be parsed with and not run.</summary>
internal static class TestTree
{
    private static readonly SettingSources None = new(() => new Dictionary<string, string>(), null);

    /// <summary>A tree of its own for each caller.</summary>
    public static RootCommand Create() =>
        CommandTree.Create(
            new CliContext(new Messages(new LineLog()), new StandardOutput(), TimeProvider.System, null!, null!), None, new CommonFlags());
}
