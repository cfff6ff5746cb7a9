using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flag that makes a command only report what it would do.</summary>
internal sealed class DryRunFlags
{
    private readonly Option<bool> _dryRun = Flag.Switch(
        "print what would be downloaded and written, without changing or contacting anything", "--dry-run", "-n");

    /// <summary>Adds the flag to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_dryRun);

    /// <summary>Whether a dry run is requested.</summary>
    public bool IsAsked(ParseResult parse) => parse.GetValue(_dryRun);
}
