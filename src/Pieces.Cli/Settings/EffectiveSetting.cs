using System.CommandLine;

namespace Pieces.Cli.Settings;

/// <summary>Where the value of a setting comes from, in descending precedence.</summary>
internal enum SettingSource
{
    /// <summary>A flag on the command line.</summary>
    Flag,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>A line of the configuration file.</summary>
    File,

    /// <summary>The default value.</summary>
    Default,
}

/// <summary>A value and its origin.</summary>
/// <param name="Text">The value in the form that the flag accepts.</param>
/// <param name="Place">The name of the variable, the file and line, or the name of the flag on the command line.</param>
internal readonly record struct SettingValue(string Text, string Place);

/// <summary>The effective value of one flag of a command.</summary>
/// <param name="Option">The flag.</param>
/// <param name="Source">Where the value comes from.</param>
/// <param name="Values">One value; several for a repeatable flag; none for the default.</param>
internal sealed record EffectiveSetting(Option Option, SettingSource Source, IReadOnlyList<SettingValue> Values);
