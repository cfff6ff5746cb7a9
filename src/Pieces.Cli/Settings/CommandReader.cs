using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>A parsed command line, completed with settings.</summary>
/// <param name="Parse">The parse result that the command uses.</param>
/// <param name="Settings">The effective values of its flags.</param>
internal sealed record CompleteCommand(ParseResult Parse, EffectiveSettings Settings);

/// <summary>
/// Reads command lines. Settings from the environment and the configuration file are inserted as flags after the command's name, and the result is
/// parsed again. Commands therefore need not know where the value of a flag comes from.
/// </summary>
internal sealed class CommandReader
{
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = true };

    private readonly RootCommand _root;
    private readonly SettingSources _sources;

    public CommandReader(RootCommand root, SettingSources sources)
    {
        _root = root;
        _sources = sources;
    }

    /// <summary>Path of the configuration file, whether it exists or not; null if the user has no home folder.</summary>
    public string? FilePath => _sources.FilePath;

    /// <summary>Parses arguments without any settings.</summary>
    public ParseResult Parse(IReadOnlyList<string> arguments) => _root.Parse(arguments, Configuration);

    /// <summary>Completes a command line with the settings.</summary>
    /// <param name="line">The arguments of the user.</param>
    /// <param name="parse">The parse result of these arguments.</param>
    /// <param name="warn">Called with each warning.</param>
    /// <exception cref="FailureException">The configuration file, an environment variable or a flag cannot be used.</exception>
    public CompleteCommand Complete(CommandLine line, ParseResult parse, Action<string> warn)
    {
        // The flags after the name of the list command belong to another command.
        if (line.Command.Name != SettingNames.ListCommand)
            FlagCheck.Check(line.Arguments, line.Command);
        if (line.Complaint is not null)
            throw FailureException.Usage($"{line.Complaint} (see 'pieces help {line.Command.Name}')");
        if (!SettingNames.AreTakenBy(line.Command))
            return new CompleteCommand(parse, EffectiveSettings.None);
        if (_sources.Environment.Count > 0 || _sources.Entries.Count > 0)
        {
            var known = new KnownSettings(_root);
            known.Check(_sources.Entries, _sources.FilePath);
            foreach (string doubt in known.Doubts(_sources.Environment))
                warn(doubt);
        }

        EffectiveSettings settings = new SettingResolver(line, parse, _sources).Resolve();
        IReadOnlyList<string> more = settings.AsFlags();
        return new CompleteCommand(more.Count > 0 ? Parse(line.With(more)) : parse, settings);
    }

    /// <summary>
    /// Returns a command line with all settings that can be read, for reporting a failure: an unusable setting may be the cause of the failure.
    /// </summary>
    public IReadOnlyList<string> WithUsableSettings(IReadOnlyList<string> arguments)
    {
        var line = CommandLine.Read(_root, arguments);
        if (!SettingNames.AreTakenBy(line.Command) || line.Command == _root)
            return line.Arguments;
        var resolver = new SettingResolver(line, Parse(line.Arguments), _sources);
        return line.With(
            new EffectiveSettings([.. SettingNames.FlagsOf(line.Command).Select(resolver.ResolveIfUsable).OfType<EffectiveSetting>()]).AsFlags());
    }

    /// <summary>Explains a parse error of a completed command. The text names the place that the value comes from.</summary>
    public string Explain(CompleteCommand command, ParseError error) => command.Settings.InTheirPlace(
        error,
        (option, value) => Parse([command.Parse.CommandResult.Command.Name, .. KnownFlags.WithValue(option.Name, value)]).Errors
            .FirstOrDefault(candidate => EffectiveSettings.OptionOf(candidate) == option)?.Message);
}
