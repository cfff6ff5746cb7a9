using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>Whether a command is only to say what it would do.</summary>
internal sealed class DryRunFlags
{
    private readonly Option<bool> _dryRun = Flag.Switch("say what would be fetched and written; touch nothing, ask nobody", "--dry-run", "-n");

    /// <summary>Adds it to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_dryRun);

    /// <summary>Whether nothing is to be touched.</summary>
    public bool IsAsked(ParseResult parse) => parse.GetValue(_dryRun);
}
