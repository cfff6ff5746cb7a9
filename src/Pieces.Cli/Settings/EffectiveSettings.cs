using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>What the flags of one command come to, and where each value stands.</summary>
/// <param name="All">One for each flag that can be a setting, in the order of the command's help.</param>
internal sealed record EffectiveSettings(IReadOnlyList<EffectiveSetting> All)
{
    /// <summary>No settings: what the command line says is all there is.</summary>
    public static EffectiveSettings None { get; } = new([]);

    /// <summary>How a complaint about a value begins.</summary>
    /// <param name="option">The flag that it is for.</param>
    /// <param name="place">Where it stands.</param>
    public static string Subject(Option option, string place) =>
        place.StartsWith(SettingNames.Prefix, StringComparison.Ordinal) ? place : $"{place}: {SettingNames.Of(option)}";

    /// <summary>The flags that the command line would need to say what environment and file say.</summary>
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

    /// <summary>Whether the command line itself gives a flag.</summary>
    public bool IsGivenHere(string flag) => All.Any(setting => setting.Option.Name == flag && setting.Source == SettingSource.Flag);

    /// <summary>A complaint that begins with a flag, told of the place where the flag's value stands when that is not the command line.</summary>
    public string InTheirPlace(string complaint)
    {
        foreach (EffectiveSetting setting in All)
        {
            if (setting.Source is SettingSource.Environment or SettingSource.File && setting.Values.Count > 0 && Speaks(complaint, setting.Option))
                return Subject(setting.Option, setting.Values[0].Place) + complaint[setting.Option.Name.Length..];
        }

        return complaint;
    }

    /// <summary>The parser's complaint, told of the place where the value stands.</summary>
    /// <param name="error">What the parser says about all flags together.</param>
    /// <param name="complaintsOf">What it says about one flag with one value.</param>
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

    /// <summary>The flag that an error is about, or null.</summary>
    public static Option? OptionOf(ParseError error) =>
        ((error.SymbolResult as OptionResult) ?? (error.SymbolResult?.Parent as OptionResult))?.Option;

    private static bool Speaks(string complaint, Option option) =>
        complaint.StartsWith(option.Name, StringComparison.Ordinal)
        && (complaint.Length == option.Name.Length || complaint[option.Name.Length] is ':' or ' ');
}
