using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Finds the files of a torrent that are there under other names than the program gives them: under those of the torrent, before they were made safe, or under
/// the same text in other characters. Download, check and seed look the same way.
/// </summary>
internal static class NamesOnDisk
{
    /// <summary>
    /// The torrent with the paths under which its files are there. A file that is there under its own name, finished or not, keeps that, and so does
    /// one that is not there at all.
    /// </summary>
    /// <param name="metainfo">The torrent, with the names that its files are to have.</param>
    /// <param name="directory">The folder that the user named.</param>
    /// <param name="warnings">What a user should be told.</param>
    public static Metainfo Of(Metainfo metainfo, DirectoryHandle directory, List<string> warnings)
    {
        if (metainfo.Files.All(file => !file.IsOnDisk || (IsUnchanged(file) && file.Path.All(name => System.Text.Ascii.IsValid(name)))))
            return metainfo;
        var search = new Search(new StoragePaths(metainfo, directory), new SafeFolders(directory), new FoldedNames(directory));
        var found = metainfo.Files.ToBuilder();
        bool isOther = false;
        foreach (FileEntry file in metainfo.Files)
            search.TakeIfThere(file);
        foreach (FileEntry file in metainfo.Files)
        {
            if (search.Find(file) is not { } path)
                continue;
            found[file.Index] = file with { Path = path };
            isOther = true;
        }

        if (search.Folded > 0)
        {
            FileLocation top = directory.At(metainfo.Name);
            warnings.Add($"{top}: {search.Folded} names are composed in the torrent and decomposed here, or the reverse; they are used as they are");
        }

        return isOther ? metainfo.WithFiles(found.ToImmutable()) : metainfo;
    }

    private static bool IsUnchanged(FileEntry file) => file.Path == file.OriginalPath || file.Path.AsSpan().SequenceEqual(file.OriginalPath.AsSpan());

    // Each is the name of one file or folder, so that they lead nowhere but below the folder that the user named.
    private static bool IsBelow(ImmutableArray<string> path) =>
        path.All(name => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\0'));

    private sealed class Search
    {
        private readonly StoragePaths _paths;
        private readonly SafeFolders _folders;
        private readonly FoldedNames _folded;
        private readonly HashSet<(ulong Device, ulong Inode)> _taken = [];
        private readonly HashSet<int> _found = [];

        public Search(StoragePaths paths, SafeFolders folders, FoldedNames folded)
        {
            _paths = paths;
            _folders = folders;
            _folded = folded;
        }

        /// <summary>Files that were found under the same text in other characters.</summary>
        public int Folded { get; private set; }

        /// <summary>Notes a file that is there under its own name: it is no other file's as well.</summary>
        public void TakeIfThere(FileEntry file)
        {
            if (!file.IsOnDisk)
                return;
            try
            {
                FileStat final = FileFacts.Of(_paths.Final(file.Index));
                if (final.IsFile)
                    _taken.Add((final.Identity.Device, final.Identity.Inode));
                if (final.IsFile || FileFacts.Of(_paths.Part(file.Index)).IsFile)
                    _found.Add(file.Index);
            }
            catch (StorageException)
            {
                // A link on the way, or a name too long for this disk: then it is not there as far as we are concerned, which is what is reported.
            }
        }

        /// <summary>Where a file is that is not there under its own name; null where it is nowhere.</summary>
        public ImmutableArray<string>? Find(FileEntry file)
        {
            if (!file.IsOnDisk || _found.Contains(file.Index))
                return null;
            try
            {
                // What had to be changed on Windows cannot be the name of a file there, and some of it is the name of a device.
                if (!OperatingSystem.IsWindows() && !IsUnchanged(file) && IsBelow(file.OriginalPath) && IsFree(file with { Path = file.OriginalPath }))
                    return file.OriginalPath;
                if (_folded.Find(file.Path) is { } path && IsFree(file with { Path = path }))
                {
                    Folded++;
                    return path;
                }
            }
            catch (StorageException)
            {
                // As above.
            }

            return null;
        }

        // On a disk that takes two names for one, the file may be another's.
        private bool IsFree(FileEntry file)
        {
            if (!_folders.HasFoldersOf(file))
                return false;
            FileLocation location = _paths.Directory.At(file.RelativePath);
            FileStat facts = FileFacts.Of(location);
            if (facts.IsFile)
                return facts.Identity.Inode == 0 || _taken.Add((facts.Identity.Device, facts.Identity.Inode));
            return FileFacts.Of(_paths.Beside(location, StoragePaths.PartSuffix)).IsFile;
        }
    }
}
