using Pieces.Platform;
using Pieces.Storage;

namespace Pieces.Cli.Share;

/// <summary>What <c>pieces share</c> does in addition to seeding.</summary>
/// <param name="Content">The shared content.</param>
/// <param name="Location">Full path of the shared file or folder. If there are several, it is the innermost folder that contains all of them. The
/// name of the torrent may be different.</param>
/// <param name="Times">Number of completed downloads by other peers after which the share ends; null for no end.</param>
internal sealed record SharePlan(LocalContent Content, string Location, int? Times)
{
    /// <summary>Creates the plan.</summary>
    /// <param name="content">The shared content.</param>
    /// <param name="paths">The paths of the content; at least one.</param>
    /// <param name="times">Number of completed downloads by other peers after which the share ends; null for no end.</param>
    public static SharePlan Of(LocalContent content, IReadOnlyList<string> paths, int? times) => new(content, Locate(paths), times);

    private static string Locate(IReadOnlyList<string> paths)
    {
        string[] full = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(UserPath.Full(path)))];
        if (full.Length == 1)
            return full[0];

        // A path without a parent folder is a root, which contains everything below it.
        string common = Path.GetDirectoryName(full[0]) ?? full[0];
        while (!full.All(path => IsIn(path, common)) && Path.GetDirectoryName(common) is { } above)
            common = above;
        return common;
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
