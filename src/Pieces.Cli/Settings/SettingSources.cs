using System.Collections;

namespace Pieces.Cli.Settings;

/// <summary>Where settings come from beside the command line. Both are read once, and only when a command wants them.</summary>
internal sealed class SettingSources
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _environment;
    private readonly Lazy<IReadOnlyList<ConfigEntry>> _entries;

    /// <param name="environment">Variables that may be ours, by name.</param>
    /// <param name="filePath">The configuration file, there or not; null for none.</param>
    public SettingSources(Func<IReadOnlyDictionary<string, string>> environment, string? filePath)
    {
        _environment = new Lazy<IReadOnlyDictionary<string, string>>(environment, LazyThreadSafetyMode.None);
        _entries = new Lazy<IReadOnlyList<ConfigEntry>>(() => ConfigFile.Load(filePath), LazyThreadSafetyMode.None);
        FilePath = filePath;
    }

    /// <summary>Variables that may be ours: those with the prefix that are not empty and not for hooks.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment.Value;

    /// <summary>The configuration file, there or not; null without a home for it.</summary>
    public string? FilePath { get; }

    /// <summary>The file's lines.</summary>
    /// <exception cref="Failures.FailureException">It cannot be read or understood.</exception>
    public IReadOnlyList<ConfigEntry> Entries => _entries.Value;

    /// <summary>Those of this process.</summary>
    public static SettingSources OfProcess() => new(ReadEnvironment, ConfigFile.FindPath());

    private static Dictionary<string, string> ReadEnvironment()
    {
        // Windows does not tell upper from lower case in these names.
        var comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var ours = new Dictionary<string, string>(comparer);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string { Length: > 0 } value } && IsOurs(name))
                ours[name] = value;
        }

        return ours;
    }

    private static bool IsOurs(string name) =>
        name.StartsWith(SettingNames.Prefix, StringComparison.Ordinal) && !name.StartsWith(SettingNames.HookPrefix, StringComparison.Ordinal);
}
