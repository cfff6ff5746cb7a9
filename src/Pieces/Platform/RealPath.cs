namespace Pieces.Platform;

/// <summary>Resolves every symbolic link in a path, so that a folder has the same path under all its names.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>Resolves a full path.</summary>
    /// <exception cref="IOException">The path contains more than 40 links, which means that they form a cycle.</exception>
    public static string Of(string path)
    {
        int links = 0;
        string root = Path.GetPathRoot(path) ?? "";
        string done = root;
        var rest = new Stack<string>();
        Push(rest, path[root.Length..]);
        while (rest.TryPop(out string? name))
        {
            done = Path.Join(done, name);
            if (new DirectoryInfo(done).LinkTarget is not { } target)
                continue;
            if (++links > MaxLinks)
                throw new IOException($"\"{path}\" contains more than {MaxLinks} symbolic links");

            // The target may be relative to the link's folder, and contain links itself.
            string full = Path.GetFullPath(target, Path.GetDirectoryName(done) ?? root);
            done = Path.GetPathRoot(full) ?? "";
            Push(rest, full[done.Length..]);
        }

        return done;
    }

    private static void Push(Stack<string> rest, string path)
    {
        string[] names = path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (int i = names.Length - 1; i >= 0; i--)
            rest.Push(names[i]);
    }
}
