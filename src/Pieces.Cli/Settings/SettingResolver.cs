using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>
/// Determines the value of each flag of a command. The command line takes precedence over the environment, and the environment over the configuration
/// file. Only the source with the highest precedence counts, even for repeatable flags.
/// </summary>
internal sealed class SettingResolver
{
    private readonly CommandLine _line;
    private readonly ParseResult _parse;
    private readonly SettingSources _sources;

    /// <param name="line">The arguments of the user.</param>
    /// <param name="parse">The parse result of these arguments. Only the presence of flags is used, not their values.</param>
    /// <param name="sources">The environment and the configuration file.</param>
    public SettingResolver(CommandLine line, ParseResult parse, SettingSources sources)
    {
        _line = line;
        _parse = parse;
        _sources = sources;
    }

    /// <summary>Returns one setting for each flag, in the order of the command's help.</summary>
    /// <exception cref="FailureException">The configuration file, a value in it or an environment variable cannot be used.</exception>
    public EffectiveSettings Resolve()
    {
        Option[] flags = [.. SettingNames.FlagsOf(_line.Command)];
        var settings = new List<EffectiveSetting>(flags.Length);
        foreach (Option option in flags)
            settings.Add(Resolve(option));
        return new EffectiveSettings(OneVoice(settings));
    }

    /// <summary>Returns the setting of one flag, or null if its value cannot be used. <see cref="Resolve()"/> reports the reason.</summary>
    public EffectiveSetting? ResolveIfUsable(Option option)
    {
        try
        {
            return Resolve(option);
        }
        catch (FailureException)
        {
            return null;
        }
    }

    private EffectiveSetting Resolve(Option option) => OfCommandLine(option) ?? OfEnvironment(option) ?? OfFile(option) ?? OfNobody(option);

    // -v and -q both set the verbosity. If one of them is given, a setting of the other one with lower precedence is ignored.
    private static List<EffectiveSetting> OneVoice(List<EffectiveSetting> settings)
    {
        EffectiveSetting[] counted = [.. settings.Where(setting => SettingNames.IsCounted(setting.Option))];
        if (counted.Length == 0)
            return settings;
        SettingSource strongest = counted.Min(setting => setting.Source);
        return [.. settings.Select(setting => counted.Contains(setting) && setting.Source != strongest ? OfNobody(setting.Option) : setting)];
    }

    private static EffectiveSetting OfNobody(Option option) => new(option, SettingSource.Default, []);

    private EffectiveSetting? OfCommandLine(Option option)
    {
        if (_line.SwitchedOff.Contains(option))
            return new EffectiveSetting(option, SettingSource.Flag, [new SettingValue("0", option.Name)]);
        if (_parse.GetResult(option) is not { IdentifierTokenCount: > 0 } result)
            return null;
        string[] values = SettingNames.IsCounted(option)
            ? [result.IdentifierTokenCount.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            : KnownFlags.TakesValue(option) ? [.. result.Tokens.Select(token => token.Value)] : ["1"];
        return new EffectiveSetting(option, SettingSource.Flag, [.. values.Select(text => new SettingValue(text, option.Name))]);
    }

    private EffectiveSetting? OfEnvironment(Option option)
    {
        if (_sources.Environment.Count == 0)
            return null;
        foreach (string name in SettingNames.InEnvironment(_line.Command, option))
        {
            if (!_sources.Environment.TryGetValue(name, out string? text))
                continue;
            string[] texts = KnownFlags.IsRepeatable(option)
                ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [text];
            SettingValue[] values = [.. texts.Select(value => Checked(option, new SettingValue(value, name)))];
            return new EffectiveSetting(option, SettingSource.Environment, values);
        }

        return null;
    }

    private EffectiveSetting? OfFile(Option option)
    {
        if (_sources.Entries.Count == 0)
            return null;
        string[] names = [.. SettingNames.InFile(_line.Command, option)];
        ConfigEntry[] entries = [.. _sources.Entries.Where(entry => names.Contains(entry.Name))];
        if (entries.Length == 0)
            return null;
        if (entries.Length > 1 && !KnownFlags.IsRepeatable(option))
            throw FailureException.Usage($"{_sources.FilePath}:{entries[1].Line}: {entries[1].Name}: already given in line {entries[0].Line}");
        return new EffectiveSetting(option, SettingSource.File, [.. entries.Select(entry => Checked(option, ValueOf(option, entry)))]);
    }

    private SettingValue ValueOf(Option option, ConfigEntry entry) => new(
        IsPath(option) ? WithHome(entry.Value) : entry.Value,
        $"{_sources.FilePath}:{entry.Line}");

    // The values of other flags are checked by the parser. For the parser a switch has no value, so it is checked here.
    private static SettingValue Checked(Option option, SettingValue value)
    {
        if (KnownFlags.TakesValue(option))
            return value;
        try
        {
            string text = SettingNames.IsCounted(option) ? Values.Times(value.Text) : Values.Switch(value.Text) ? "1" : "0";
            return value with { Text = text };
        }
        catch (FormatException e)
        {
            throw FailureException.Usage($"{EffectiveSettings.Subject(option, value.Place)}: {e.Message}");
        }
    }

    private static bool IsPath(Option option) => option.HelpName is { } name
        && (name.StartsWith("DIR", StringComparison.Ordinal) || name.StartsWith("FILE", StringComparison.Ordinal));

    // A shell expands ~ on the command line and in variables, but not in the file.
    private static string WithHome(string path)
    {
        bool isHome = path == "~" || path.StartsWith("~/", StringComparison.Ordinal);
        string home = isHome ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) : string.Empty;
        return home.Length > 0 ? Path.Combine(home, path.Length > 2 ? path[2..] : string.Empty) : path;
    }
}
