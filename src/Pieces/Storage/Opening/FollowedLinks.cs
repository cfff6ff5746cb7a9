using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>
/// Follows symbolic links that the user placed where read-only files or folders of a torrent belong. Links of other users are not followed, and files
/// that are written are never reached through a link.
/// </summary>
internal static class FollowedLinks
{
    /// <summary>Finds the targets of the user's links and sets them in <paramref name="paths"/>.</summary>
    /// <param name="metainfo">The torrent, with the names that its files have on the disk.</param>
    /// <param name="paths">Receives the locations of linked files.</param>
    /// <param name="warnings">Receives warnings for the user.</param>
    public static void Find(Metainfo metainfo, StoragePaths paths, List<string> warnings)
    {
        HashSet<string> plain = new(StringComparer.Ordinal), refused = new(StringComparer.Ordinal);
        foreach (FileEntry file in metainfo.Files)
        {
            if (file.IsOnDisk && HasLink(file, paths, plain) is { } link)
                Follow(file, link, paths, refused);
        }

        foreach (string link in refused)
            warnings.Add($"{link}: is a symbolic link that is not followed: it does not belong to you, or its target cannot be read");
    }

    /// <summary>The first link on the path of a file, including the file itself; null when there is none.</summary>
    private static FileLocation? HasLink(FileEntry file, StoragePaths paths, HashSet<string> plain)
    {
        string name = string.Empty;
        for (int i = 0; i < file.Path.Length; i++)
        {
            name = Path.Join(name, file.Path[i]);
            if (plain.Contains(name))
                continue;
            FileKind kind = Look(paths.Directory.At(name)).Kind;
            if (kind == FileKind.Link)
                return paths.Directory.At(name);
            if (kind != FileKind.Folder)
                return null;
            plain.Add(name);
        }

        return null;
    }

    private static void Follow(FileEntry file, FileLocation link, StoragePaths paths, HashSet<string> refused)
    {
        string path = paths.Directory.Path.Length == 0 ? "." : paths.Directory.Path;
        foreach (string name in file.Path)
        {
            path = Path.Join(path, name);
            if (Look(paths.Directory.Elsewhere(path)) is { Kind: FileKind.Link, Trust: FileTrust.Foreign })
            {
                refused.Add(link.FullPath);
                return;
            }
        }

        try
        {
            FileLocation target = TargetOf(path, paths);
            if (FileFacts.Of(target).IsFile)
                paths.Follow(file.Index, target);
            else if (FileFacts.Of(TargetOf(link.FullPath, paths)).Kind is not FileKind.Folder)
                refused.Add(link.FullPath);
        }
        catch (Exception e) when (e is StorageException || DiskErrors.IsDiskError(e))
        {
            refused.Add(link.FullPath);
        }
    }

    private static FileLocation TargetOf(string path, StoragePaths paths) =>
        paths.Directory.Elsewhere(RealPath.Of(Path.IsPathRooted(path) ? path : Path.Join(Environment.CurrentDirectory, path)));

    private static FileStat Look(FileLocation file)
    {
        try
        {
            return FileFacts.Of(file);
        }
        catch (StorageException)
        {
            // The path cannot be examined: treat it as missing.
            return default;
        }
    }
}
