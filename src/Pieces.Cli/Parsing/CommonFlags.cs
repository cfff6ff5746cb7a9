using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Parsing;

/// <summary>Flags that every command accepts.</summary>
internal sealed class CommonFlags
{
    private readonly Option<bool> _verbose = Flag.Switch("more messages; repeat for even more (-vvv prints every message)", "--verbose", "-v");
    private readonly Option<bool> _quiet = Flag.Switch("errors only; -qq prints nothing at all", "--quiet", "-q");
    private readonly Option<bool> _version = Flag.Switch("print the version", "--version", "-V");
    private readonly Option<bool> _help = Flag.Switch("explain the command", "--help", "-h");

    /// <summary>Adds the flags to the root command. All commands inherit them.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (Option<bool> flag in (ReadOnlySpan<Option<bool>>)[_verbose, _quiet, _version, _help])
        {
            flag.Recursive = true;
            root.Options.Add(flag);
        }
    }

    /// <summary>Returns how many messages to print.</summary>
    public Verbosity VerbosityOf(ParseResult parse) => new(TimesGiven(parse, _verbose) - TimesGiven(parse, _quiet));

    /// <summary>Whether the version is requested.</summary>
    public bool AsksForVersion(ParseResult parse) => TimesGiven(parse, _version) > 0;

    /// <summary>Whether help is requested.</summary>
    public bool AsksForHelp(ParseResult parse) => TimesGiven(parse, _help) > 0;

    private static int TimesGiven(ParseResult parse, Option option) =>
        parse.GetResult(option) is OptionResult result ? result.IdentifierTokenCount : 0;
}
