namespace Pieces.Platform;

/// <summary>Converts a path that the user typed to a full path, with the same meaning that the operating system gives it.</summary>
internal static class UserPath
{
    /// <summary>
    /// The full path. Links stay in the path, except links before a <c>..</c>: the system goes up from the target of the link, so simply removing the
    /// link's name from the text would lead elsewhere.
    /// </summary>
    /// <exception cref="IOException">There are more than 40 links before a <c>..</c>, which means that they form a cycle.</exception>
    public static string Full(string typed)
    {
        if (OperatingSystem.IsWindows() || !typed.Contains("..", StringComparison.Ordinal))
            return Path.GetFullPath(typed);
        string full = Path.IsPathRooted(typed) ? "/" : Environment.CurrentDirectory;
        foreach (string name in typed.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
                full = Path.GetDirectoryName(RealPath.Of(full)) ?? "/";
            else if (name != ".")
                full = Path.Join(full, name);
        }

        return full;
    }
}
