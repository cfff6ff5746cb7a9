using System.Text;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Settings;

/// <summary>Reads the configuration file, which consists of <c>name=value</c> lines, comments and blank lines.</summary>
internal static class ConfigFile
{
    /// <summary>Maximum size of the configuration file, in bytes.</summary>
    public const int MaxLength = 1024 * 1024;

    private const string XdgVariable = "XDG_CONFIG_HOME";

    /// <summary>Returns the path of the file; null if the user has no home folder.</summary>
    public static string? FindPath()
    {
        // The default folder is ~/.config, ~/Library/Application Support or %APPDATA%, depending on the system. The variable overrides it on all
        // systems.
        string? folder = Environment.GetEnvironmentVariable(XdgVariable);
        if (string.IsNullOrEmpty(folder) || !Path.IsPathFullyQualified(folder))
            folder = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return folder.Length == 0 ? null : Path.Combine(folder, "pieces", "config");
    }

    /// <summary>Returns the entries of the file; none if the file does not exist.</summary>
    /// <exception cref="FailureException">The file cannot be read, or a line is not valid.</exception>
    public static IReadOnlyList<ConfigEntry> Load(string? path)
    {
        if (path is null)
            return [];
        try
        {
            if (Directory.Exists(path))
                throw new FailureException(ExitCode.FileError, $"{path}: is a folder, not a configuration file");
            if (!File.Exists(path))
                return [];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[(int)Math.Min(file.Length, MaxLength + 1)];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxLength)
                throw FailureException.Usage($"{path}: longer than {MaxLength} bytes, so it is not a configuration file");
            return Parse(Encoding.UTF8.GetString(bytes, 0, length), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{path}: cannot be read: {Outcome.Reason(e)}", e);
        }
    }

    /// <summary>Parses the text of a file.</summary>
    /// <param name="text">The contents of the file.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="FailureException">A line is not of the form <c>name=value</c>, or a value is empty.</exception>
    public static IReadOnlyList<ConfigEntry> Parse(string text, string path)
    {
        var entries = new List<ConfigEntry>();
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = WithoutComment(raw).Trim();
            if (line.IsEmpty)
                continue;
            int equals = line.IndexOf('=');
            if (equals <= 0)
                throw FailureException.Usage($"{path}:{number}: \"{line}\" is not a name=value line");
            ReadOnlySpan<char> value = line[(equals + 1)..].Trim();
            string name = line[..equals].Trim().ToString();
            if (value.IsEmpty)
                throw FailureException.Usage($"{path}:{number}: {name}: the value is empty (put # in front to comment it out)");
            entries.Add(new ConfigEntry(name, value.ToString(), number));
        }

        return entries;
    }

    // A # begins a comment at the start of a line and between blanks. Elsewhere it is part of a value, for example of a URL or a file name.
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            bool begins = i == 0 || char.IsWhiteSpace(line[i - 1]);
            bool ends = i + 1 == line.Length || char.IsWhiteSpace(line[i + 1]) || line[..i].IsWhiteSpace();
            if (line[i] == '#' && begins && ends)
                return line[..i];
        }

        return line;
    }
}
