using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Finds files of a torrent that exist under other names than the program gives them: under the torrent's own names, before they were made safe, or
/// under canonically equivalent names. Download, check and seed use the same search.
/// </summary>
internal static class NamesOnDisk
{
    /// <summary>
    /// Returns the metainfo with the paths under which its files exist. A file that exists under its own name, finished or not, keeps that name, and
    /// so does a file that does not exist.
    /// </summary>
    /// <param name="metainfo">The torrent, with the names that the program gives to its files.</param>
    /// <param name="directory">The output folder.</param>
    /// <param name="warnings">Receives warnings for the user.</param>
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
            warnings.Add(
                $"{top}: {search.Folded} names are composed in the torrent and decomposed on disk, or the reverse; they are used as they are");
        }

        return isOther ? metainfo.WithFiles(found.ToImmutable()) : metainfo;
    }

    private static bool IsUnchanged(FileEntry file) => file.Path == file.OriginalPath || file.Path.AsSpan().SequenceEqual(file.OriginalPath.AsSpan());

    // Each component is the name of a single file or folder, so the path cannot lead out of the output folder.
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

        /// <summary>Number of files found under a canonically equivalent name.</summary>
        public int Folded { get; private set; }

        /// <summary>Marks a file that exists under its own name, so that it is not found for another file as well.</summary>
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
                // There is a link on the path, or a name too long for this disk: treat the file as missing. Opening the storage reports the problem.
            }
        }

        /// <summary>The path of a file that does not exist under its own name; null when it is not found.</summary>
        public ImmutableArray<string>? Find(FileEntry file)
        {
            if (!file.IsOnDisk || _found.Contains(file.Index))
                return null;
            try
            {
                // On Windows, a name that had to be changed cannot be the name of a file, and may be the name of a device.
                if (!OperatingSystem.IsWindows() && !IsUnchanged(file) && IsBelow(file.OriginalPath)
                    && IsFree(file with { Path = file.OriginalPath }))
                    return file.OriginalPath;
                if (_folded.Find(file.Path) is { } path && IsFree(file with { Path = path }))
                {
                    Folded++;
                    return path;
                }
            }
            catch (StorageException)
            {
                // As above: treat the file as missing.
            }

            return null;
        }

        // On a disk that treats two names as the same, the file may belong to another file of the torrent.
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
