using System.Collections;

namespace Pieces.Cli.Settings;

/// <summary>The sources of settings other than the command line. Both are read at most once, and only if a command needs them.</summary>
internal sealed class SettingSources
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _environment;
    private readonly Lazy<IReadOnlyList<ConfigEntry>> _entries;

    /// <param name="environment">Returns the environment variables whose name begins with <see cref="SettingNames.Prefix"/>, by name.</param>
    /// <param name="filePath">Path of the configuration file, whether it exists or not; null for none.</param>
    public SettingSources(Func<IReadOnlyDictionary<string, string>> environment, string? filePath)
    {
        _environment = new Lazy<IReadOnlyDictionary<string, string>>(environment, LazyThreadSafetyMode.None);
        _entries = new Lazy<IReadOnlyList<ConfigEntry>>(() => ConfigFile.Load(filePath), LazyThreadSafetyMode.None);
        FilePath = filePath;
    }

    /// <summary>
    /// The environment variables that may be settings. They are not empty, and their names begin with <see cref="SettingNames.Prefix"/> and not with
    /// <see cref="SettingNames.HookPrefix"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment => _environment.Value;

    /// <summary>Path of the configuration file, whether it exists or not; null if the user has no home folder.</summary>
    public string? FilePath { get; }

    /// <summary>The entries of the configuration file.</summary>
    /// <exception cref="Failures.FailureException">The file cannot be read or parsed.</exception>
    public IReadOnlyList<ConfigEntry> Entries => _entries.Value;

    /// <summary>Returns the sources of this process.</summary>
    public static SettingSources OfProcess() => new(ReadEnvironment, ConfigFile.FindPath());

    private static Dictionary<string, string> ReadEnvironment()
    {
        // Names of environment variables are case-insensitive on Windows.
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
