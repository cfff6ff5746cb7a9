namespace Pieces.Cli.Hooks;

/// <summary>
/// Finds a program as a shell does. The runtime would look into the current folder first, where a download may just have put a file of that name.
/// </summary>
internal static class ProgramPath
{
    /// <summary>
    /// The path of the program, or null when there is none: a name with a separator is a path, any other is looked for in the search path.
    /// </summary>
    /// <param name="name">What the user wrote.</param>
    /// <param name="searchPath">The value of <c>PATH</c>, or null.</param>
    public static string? Find(string name, string? searchPath)
    {
        if (name.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        foreach (string folder in (searchPath ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // Beside what is not there, what is relative is left out: it is the current folder by another name.
            string path = Path.Join(folder, name);
            if (Path.IsPathFullyQualified(folder) && IsProgram(path))
                return path;
            if (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(folder) && IsProgram(path + ".exe"))
                return path + ".exe";
        }

        return null;
    }

    private static bool IsProgram(string path)
    {
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Executable) != 0);
    }
}
