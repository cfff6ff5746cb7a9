using System.Globalization;

namespace Pieces.Platform;

/// <summary>
/// Finds the limits of threads that the control groups of this process set (<c>pids.max</c>), in both versions of Linux's control groups.
/// </summary>
internal static class LinuxThreadLimit
{
    private const string GroupsPath = "/proc/self/cgroup";
    private const string Root = "/sys/fs/cgroup";
    private const string Old = "pids";

    /// <summary>The lowest of the limits and <paramref name="other"/>; null when there is none.</summary>
    public static long? Lowest(long? other)
    {
        try
        {
            // A line has the number of the hierarchy, its controllers, and the path of the group. Version 2 has the number 0 and no controllers.
            foreach (string line in File.ReadLines(GroupsPath))
            {
                string[] parts = line.Split(':', 3);
                if (parts.Length == 3 && (parts[1] == Old || parts[0] == "0"))
                    other = Lower(other, parts[1] == Old ? $"{Root}/{Old}" : Root, parts[2]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no /proc, or the system has no control groups.
        }

        return other;
    }

    // A group is also limited by the groups above it. In a container, the path may name groups that are not visible.
    private static long? Lower(long? lowest, string root, string path)
    {
        while (true)
        {
            string file = $"{root}{path}/pids.max";
            if (File.Exists(file)
                && long.TryParse(File.ReadAllText(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long limit))
                lowest = Math.Min(lowest ?? limit, limit);
            int parent = path.LastIndexOf('/');
            if (parent < 0)
                return lowest;
            path = path[..parent];
        }
    }
}
