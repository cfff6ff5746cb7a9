using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>A command line that was read together with the settings that complete it.</summary>
/// <param name="Parse">What the command is to work with.</param>
/// <param name="Settings">What its flags come to.</param>
internal sealed record CompleteCommand(ParseResult Parse, EffectiveSettings Settings);

/// <summary>
/// Reads command lines. What environment and file say is put behind the command's name as flags and read once more, so that whoever asks for a
/// flag's value need not know where it came from.
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

    /// <summary>The configuration file, there or not; null without a home for it.</summary>
    public string? FilePath => _sources.FilePath;

    /// <summary>Reads arguments without any settings.</summary>
    public ParseResult Parse(IReadOnlyList<string> arguments) => _root.Parse(arguments, Configuration);

    /// <summary>Completes a command line with the settings.</summary>
    /// <param name="line">What the user wrote.</param>
    /// <param name="parse">The same, parsed.</param>
    /// <param name="warn">Takes what is doubtful.</param>
    /// <exception cref="FailureException">The file, a variable or a flag cannot be used.</exception>
    public CompleteCommand Complete(CommandLine line, ParseResult parse, Action<string> warn)
    {
        // The flags that follow its name are those of another command.
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
    /// A command line together with those of its settings that can be read, for whoever has to tell of its failure: the settings may be what failed.
    /// </summary>
    public IReadOnlyList<string> WithUsableSettings(IReadOnlyList<string> arguments)
    {
        var line = CommandLine.Read(_root, arguments);
        if (!SettingNames.AreTakenBy(line.Command) || line.Command == _root)
            return line.Arguments;
        var resolver = new SettingResolver(line, Parse(line.Arguments), _sources);
        return line.With(new EffectiveSettings([.. SettingNames.FlagsOf(line.Command).Select(resolver.ResolveIfUsable).OfType<EffectiveSetting>()]).AsFlags());
    }

    /// <summary>What one error of a completed command is, told of the place where the value stands.</summary>
    public string Explain(CompleteCommand command, ParseError error) => command.Settings.InTheirPlace(
        error,
        (option, value) => Parse([command.Parse.CommandResult.Command.Name, .. KnownFlags.WithValue(option.Name, value)]).Errors
            .FirstOrDefault(candidate => EffectiveSettings.OptionOf(candidate) == option)?.Message);
}
