using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Parsing;

/// <summary>Flags for scripted runs: the list of sources, the number of parallel sources, and output for programs.</summary>
internal sealed class RunFlags
{
    private readonly Option<string> _input = Flag.Of(
        Values.Name, "FILE", "a list of sources, one per line (# begins a comment; -: from stdin)", "--input", "-i");

    private readonly Option<int?> _jobs = Flag.Of<int?>(
        text => Values.Count(text), "N", "how many sources to process at a time (default: 5)", "--jobs", "-j");
    private readonly Option<bool> _json = Flag.Switch("print events on stdout, one JSON object per line, instead of lines for people", "--json");
    private readonly Option<bool>? _paths;
    private readonly Option<bool>? _zero;
    private readonly Option<IReadOnlyList<string>>? _onComplete;
    private readonly Option<TimeSpan?> _metadata = MetadataTimeoutFlag.Create();

    /// <param name="fetches">Whether the command downloads. Only then does it have the flags about completed files and torrents.</param>
    public RunFlags(bool fetches)
    {
        if (!fetches)
            return;
        _paths = Flag.Switch("print the path of each finished file on stdout, one per line", "--print-paths");
        _zero = Flag.Switch("like --print-paths, but each path ends with a NUL byte, for xargs -0", "-0");
        _onComplete = Flag.Of(
            PosixWords.Split, "CMD", "a program to run for each complete torrent, with its arguments; no shell", "--on-complete");
    }

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option? option in (ReadOnlySpan<Option?>)[_input, _jobs, _metadata, _onComplete, _paths, _zero, _json])
        {
            if (option is not null)
                command.Options.Add(option);
        }
    }

    /// <summary>Whether the output is for programs.</summary>
    public bool WantsJson(ParseResult parse) => parse.GetValue(_json);

    /// <summary>Applies the flags to the settings of a run.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="settings">The settings from the other flags.</param>
    /// <param name="isWatched">Whether a person watches the run and can end it.</param>
    /// <param name="contentOnOutput">Whether stdout carries the content of the torrent.</param>
    /// <exception cref="FailureException">More than one flag requires stdout.</exception>
    public TransferSettings Apply(ParseResult parse, TransferSettings settings, bool isWatched, bool contentOnOutput = false)
    {
        bool json = WantsJson(parse);
        PathStyle paths = Has(parse, _zero) ? PathStyle.NulEnded : Has(parse, _paths) ? PathStyle.Lines : PathStyle.None;
        string flag = paths == PathStyle.NulEnded ? "-0" : "--print-paths";
        if (paths != PathStyle.None && contentOnOutput)
            throw FailureException.Usage($"{flag}: stdout carries the content (give a folder with --output)");
        if (paths != PathStyle.None && json)
            throw FailureException.Usage($"{flag}: stdout carries the events of --json (its \"file\" events have the paths)");
        return settings with
        {
            Jobs = parse.GetValue(_jobs) ?? settings.Jobs,
            Events = !json ? EventTarget.None : contentOnOutput ? EventTarget.Error : EventTarget.Output,
            Paths = paths,
            OnComplete = _onComplete is null ? null : parse.GetValue(_onComplete),
            MetadataTimeout = MetadataTimeoutOf(parse, isWatched),
        };
    }

    /// <summary>Maximum time until the metadata is received; null for no limit.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="isWatched">Whether a person watches the run and can end it.</param>
    public TimeSpan? MetadataTimeoutOf(ParseResult parse, bool isWatched) => MetadataTimeoutFlag.Of(parse, _metadata, isWatched);

    /// <summary>Returns the file that lists further sources; <c>-</c> for stdin, null for none.</summary>
    public string? ListOf(ParseResult parse) => parse.GetValue(_input);

    private static bool Has(ParseResult parse, Option<bool>? option) => option is not null && parse.GetValue(option);
}
