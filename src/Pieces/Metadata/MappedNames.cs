using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>Gives the files of a torrent names that are valid and distinct on a disk; the same on every run.</summary>
internal static class MappedNames
{
    /// <summary>Returns the metainfo with file names according to other rules; the same object when no name changes.</summary>
    public static Metainfo Of(Metainfo metainfo, NameRules rules)
    {
        if (rules == NameRules.Of(SafePath.CurrentRules))
            return metainfo;
        ImmutableArray<FileEntry> files = metainfo.Files;
        var safe = new ImmutableArray<string>[files.Length];
        var paths = new UniquePaths(rules, files.Length);
        foreach (FileEntry file in files)
        {
            if (!file.IsOnDisk)
                continue;
            safe[file.Index] = MakeSafe(file.Path, rules);
            paths.AddFolders(safe[file.Index]);
        }

        ImmutableArray<FileEntry>.Builder? mapped = null;
        foreach (FileEntry file in files)
        {
            if (!file.IsOnDisk)
                continue;
            ImmutableArray<string> path = paths.Claim(safe[file.Index]);
            if (path == file.Path)
                continue;
            mapped ??= files.ToBuilder();
            mapped[file.Index] = file with { Path = path };
        }

        return mapped is null ? metainfo : metainfo.WithFiles(mapped.ToImmutable(), rules);
    }

    // Nearly every path stays unchanged; then the same array is returned.
    private static ImmutableArray<string> MakeSafe(ImmutableArray<string> path, NameRules rules)
    {
        ImmutableArray<string> result = path;
        for (int i = 0; i < path.Length; i++)
        {
            string name = i == 0 ? SafePath.MakeSafeTop(path[i], rules) : SafePath.MakeSafe(path[i], rules);
            if (!ReferenceEquals(name, path[i]))
                result = result.SetItem(i, name);
        }

        return result;
    }
}
