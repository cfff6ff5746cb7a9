using System.CommandLine;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Parsing;

/// <summary>Whether a command is only to say what it would do.</summary>
internal sealed class DryRunFlags
{
    private readonly Option<bool> _dryRun = Flag.Switch("say what would be fetched and written; touch nothing, ask nobody", "--dry-run", "-n");
    private Option<bool> _json = JsonFlag.Create();
    private bool _isOwn;

    /// <summary>Adds them to a command; one that has a flag for JSON keeps its own.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_dryRun);
        if (JsonFlag.Of(command) is { } theirs)
        {
            _json = theirs;
            return;
        }

        _isOwn = true;
        command.Options.Add(_json);
    }

    /// <summary>Whether nothing is to be touched.</summary>
    /// <exception cref="FailureException">JSON is asked for and there is none but of a dry run.</exception>
    public bool IsAsked(ParseResult parse)
    {
        bool isAsked = parse.GetValue(_dryRun);
        if (!isAsked && _isOwn && WantsJson(parse))
            throw FailureException.Usage("--json: not built yet but for --dry-run");
        return isAsked;
    }

    /// <summary>Whether the report is to be one JSON object.</summary>
    public bool WantsJson(ParseResult parse) => parse.GetValue(_json);
}
