using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Finds the files of a torrent whose names were made safe, where somebody has them under the names that the torrent gives them: who made the torrent,
/// or another program. For looking and serving only: what is written has safe names.
/// </summary>
internal static class NamesOnDisk
{
    /// <summary>
    /// The torrent with the paths under which its files are there. A file that is there under its safe name, finished or not, keeps that, and so does
    /// one that is not there at all.
    /// </summary>
    public static Metainfo Of(Metainfo metainfo, string directory)
    {
        // What had to be changed on Windows cannot be the name of a file there, and some of it is the name of a device.
        if (OperatingSystem.IsWindows() || metainfo.Files.All(IsUnchanged))
            return metainfo;
        using DirectoryHandle handle = CurrentPlatform.Files.OpenDirectory(directory);
        var paths = new StoragePaths(metainfo, handle);
        var folders = new SafeFolders(handle);
        return metainfo.WithFiles([.. metainfo.Files.Select(file => Find(file, paths, folders))]);
    }

    private static bool IsUnchanged(FileEntry file) => file.Path == file.OriginalPath || file.Path.AsSpan().SequenceEqual(file.OriginalPath.AsSpan());

    private static FileEntry Find(FileEntry file, StoragePaths paths, SafeFolders folders)
    {
        if (!file.IsOnDisk || IsUnchanged(file) || !IsBelow(file.OriginalPath))
            return file;
        FileEntry original = file with { Path = file.OriginalPath };
        try
        {
            if (FileFacts.Of(paths.Final(file.Index)).IsFile || FileFacts.Of(paths.Part(file.Index)).IsFile)
                return file;
            bool isThere = folders.HasFoldersOf(original) && FileFacts.Of(paths.Directory.At(original.RelativePath)).IsFile;
            return isThere ? original : file;
        }
        catch (StorageException)
        {
            // A link on the way, or a name too long for this disk: then it is not there as far as we are concerned, which is what is reported.
            return file;
        }
    }

    // Each is the name of one file or folder, so that they lead nowhere but below the folder that the user named.
    private static bool IsBelow(ImmutableArray<string> path) =>
        path.All(name => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\0'));
}
