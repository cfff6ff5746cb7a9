using System.CommandLine;

namespace Pieces.Cli.Settings;

/// <summary>Who says what a setting is. The stronger first.</summary>
internal enum SettingSource
{
    /// <summary>A flag on the command line.</summary>
    Flag,

    /// <summary>A variable of the environment.</summary>
    Environment,

    /// <summary>A line of the configuration file.</summary>
    File,

    /// <summary>Nobody.</summary>
    Default,
}

/// <summary>A value and where it stands.</summary>
/// <param name="Text">As the flag's value would be written.</param>
/// <param name="Place">The variable, or the file with the line; the flag itself on the command line.</param>
internal readonly record struct SettingValue(string Text, string Place);

/// <summary>What one flag of a command comes to.</summary>
/// <param name="Option">The flag.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Values">One value; several for a flag that may be given again; none when nobody says anything.</param>
internal sealed record EffectiveSetting(Option Option, SettingSource Source, IReadOnlyList<SettingValue> Values);
