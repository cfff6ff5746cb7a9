namespace Pieces.Cli.Settings;

/// <summary>One line of the configuration file.</summary>
/// <param name="Name">Name of the setting, as written.</param>
/// <param name="Value">Its value, without surrounding blanks.</param>
/// <param name="Line">Number of the line, from 1.</param>
internal readonly record struct ConfigEntry(string Name, string Value, int Line);
