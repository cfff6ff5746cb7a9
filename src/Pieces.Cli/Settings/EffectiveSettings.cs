using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>The effective values of the flags of one command, and where each value comes from.</summary>
/// <param name="All">One setting for each flag that can be a setting, in the order of the command's help.</param>
internal sealed record EffectiveSettings(IReadOnlyList<EffectiveSetting> All)
{
    /// <summary>No settings: only the flags of the command line apply.</summary>
    public static EffectiveSettings None { get; } = new([]);

    /// <summary>Returns the beginning of an error message about a value.</summary>
    /// <param name="option">The flag that the value is for.</param>
    /// <param name="place">Where the value comes from.</param>
    public static string Subject(Option option, string place) =>
        place.StartsWith(SettingNames.Prefix, StringComparison.Ordinal) ? place : $"{place}: {SettingNames.Of(option)}";

    /// <summary>Returns the flags that are equivalent to the settings from the environment and the configuration file.</summary>
    public IReadOnlyList<string> AsFlags()
    {
        var flags = new List<string>();
        foreach (EffectiveSetting setting in All)
        {
            if (setting.Source is not (SettingSource.Environment or SettingSource.File))
                continue;
            foreach (SettingValue value in setting.Values)
            {
                if (KnownFlags.TakesValue(setting.Option))
                    flags.AddRange(KnownFlags.WithValue(setting.Option.Name, value.Text));
                else
                    flags.AddRange(Enumerable.Repeat(setting.Option.Name, int.Parse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture)));
            }
        }

        return flags;
    }

    /// <summary>Whether the command line itself contains the flag.</summary>
    public bool IsGivenHere(string flag) => All.Any(setting => setting.Option.Name == flag && setting.Source == SettingSource.Flag);

    /// <summary>
    /// Rewrites an error message that begins with a flag. If the value of the flag does not come from the command line, the message names its origin
    /// instead.
    /// </summary>
    public string InTheirPlace(string complaint)
    {
        foreach (EffectiveSetting setting in All)
        {
            if (setting.Source is SettingSource.Environment or SettingSource.File && setting.Values.Count > 0 && Speaks(complaint, setting.Option))
                return Subject(setting.Option, setting.Values[0].Place) + complaint[setting.Option.Name.Length..];
        }

        return complaint;
    }

    /// <summary>Returns the message of a parse error. If the value does not come from the command line, the message names its origin.</summary>
    /// <param name="error">The error of the parser about all flags together.</param>
    /// <param name="complaintsOf">Returns the parser's error message for one flag with one value, or null.</param>
    public string InTheirPlace(ParseError error, Func<Option, string, string?> complaintsOf)
    {
        Option? option = OptionOf(error);
        EffectiveSetting? setting = option is null ? null : All.FirstOrDefault(candidate => candidate.Option == option);
        if (setting is null || setting.Source is not (SettingSource.Environment or SettingSource.File))
            return error.Message;
        foreach (SettingValue value in setting.Values)
        {
            if (complaintsOf(setting.Option, value.Text) is not { } complaint)
                continue;
            string rest = Speaks(complaint, setting.Option) ? complaint[setting.Option.Name.Length..] : $": {complaint}";
            return Subject(setting.Option, value.Place) + rest;
        }

        return InTheirPlace(error.Message);
    }

    /// <summary>Returns the flag that an error concerns, or null.</summary>
    public static Option? OptionOf(ParseError error) =>
        ((error.SymbolResult as OptionResult) ?? (error.SymbolResult?.Parent as OptionResult))?.Option;

    private static bool Speaks(string complaint, Option option) =>
        complaint.StartsWith(option.Name, StringComparison.Ordinal)
        && (complaint.Length == option.Name.Length || complaint[option.Name.Length] is ':' or ' ');
}
