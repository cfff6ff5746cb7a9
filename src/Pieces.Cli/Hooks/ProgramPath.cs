namespace Pieces.Cli.Hooks;

/// <summary>
/// Finds a program as a shell does. The runtime would search the current folder first, where a download may have created a file of that name.
/// </summary>
internal static class ProgramPath
{
    /// <summary>
    /// Returns the path of the program, or null if it does not exist. A name with a separator is a path; any other name is searched for in the search
    /// path.
    /// </summary>
    /// <param name="name">The name or path that the user gave.</param>
    /// <param name="searchPath">The value of <c>PATH</c>, or null.</param>
    public static string? Find(string name, string? searchPath)
    {
        if (name.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        foreach (string folder in (searchPath ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // Relative entries of the search path are skipped, because they depend on the current folder.
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
