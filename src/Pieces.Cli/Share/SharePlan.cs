using Pieces.Platform;
using Pieces.Storage;

namespace Pieces.Cli.Share;

/// <summary>What <c>pieces share</c> is to do beside seeding.</summary>
/// <param name="Content">What is shared.</param>
/// <param name="Location">
/// Full path of the file or folder that is shared; of several, the innermost folder that holds them all. Its name need not be the torrent's.
/// </param>
/// <param name="Times">Complete downloads by others after which the share ends; null for no end.</param>
internal sealed record SharePlan(LocalContent Content, string Location, int? Times)
{
    /// <summary>The plan for some paths.</summary>
    /// <param name="content">What is shared.</param>
    /// <param name="paths">The paths that it was made of, one or several.</param>
    /// <param name="times">Complete downloads by others after which the share ends; null for no end.</param>
    public static SharePlan Of(LocalContent content, IReadOnlyList<string> paths, int? times) => new(content, Locate(paths), times);

    private static string Locate(IReadOnlyList<string> paths)
    {
        string[] full = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(UserPath.Full(path)))];
        if (full.Length == 1)
            return full[0];

        // A path without a folder above it is a root, which holds everything there is below it.
        string common = Path.GetDirectoryName(full[0]) ?? full[0];
        while (!full.All(path => IsIn(path, common)) && Path.GetDirectoryName(common) is { } above)
            common = above;
        return common;
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
