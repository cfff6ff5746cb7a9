namespace Pieces.Platform;

/// <summary>Makes full paths of what the user typed, with the meaning that the system gives them.</summary>
internal static class UserPath
{
    /// <summary>
    /// The full path. Links stay in it, save those before a <c>..</c>: the system goes up from where they lead, and taking the name away from the text would
    /// lead elsewhere.
    /// </summary>
    /// <exception cref="IOException">There are more than 40 links before a <c>..</c>: they lead in a circle.</exception>
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
