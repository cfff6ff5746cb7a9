using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>
/// Decides which names the files of a torrent have on the disk, for download, plan, check and seed alike. The decision of an earlier run has
/// priority, then the existing files decide, and then the names that the disk accepts.
/// </summary>
internal sealed class StoredNames
{
    // When two choices find the same number of files, the first is used.
    private static readonly NameRules[] Choices =
    [
        NameRules.Of(PathRules.MacOS) with { FoldsUnicode = false },
        NameRules.Of(PathRules.MacOS),
        NameRules.Of(PathRules.Windows) with { CountsUnits = true },
        NameRules.Of(PathRules.Windows),
        NameRules.Portable,
    ];

    private readonly Metainfo _metainfo;
    private readonly DirectoryHandle _directory;

    private StoredNames(Metainfo metainfo, DirectoryHandle directory)
    {
        _metainfo = metainfo;
        _directory = directory;
    }

    /// <summary>Returns the metainfo with the names that its files have, or will have, below a folder.</summary>
    /// <param name="metainfo">The torrent, with names for the operating system.</param>
    /// <param name="directory">The output folder.</param>
    /// <param name="isPortable">Whether the user wants names that are valid on every system.</param>
    /// <param name="mayProbe">Whether temporary files may be created to find out which names the disk accepts.</param>
    /// <param name="warnings">Receives warnings for the user.</param>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static Metainfo Of(Metainfo metainfo, DirectoryHandle directory, bool isPortable, bool mayProbe, List<string> warnings)
    {
        Metainfo portable = MappedNames.Of(metainfo, NameRules.Portable);
        bool isOrdinary = ReferenceEquals(portable, metainfo);
        Metainfo named = isOrdinary ? metainfo : isPortable ? portable : new StoredNames(metainfo, directory).Choose(mayProbe);
        if (!isOrdinary && mayProbe)
            Report(metainfo, named, warnings);
        return NamesOnDisk.Of(named, directory, warnings);
    }

    private static void Report(Metainfo metainfo, Metainfo named, List<string> warnings)
    {
        int count = 0;
        string example = string.Empty;
        foreach (FileEntry file in metainfo.Files)
        {
            if (named.Files[file.Index].Path == file.Path)
                continue;
            count++;
            if (example.Length == 0)
                example = $"\"{SafePath.Display(file.RelativePath)}\" is stored as \"{SafePath.Display(named.Files[file.Index].RelativePath)}\"";
        }

        if (count > 0)
            warnings.Add($"this disk does not accept every name: {example}{(count == 1 ? "" : $", and {count - 1} more files have other names")}");
    }

    private Metainfo Choose(bool mayProbe)
    {
        var paths = new StoragePaths(_metainfo, _directory);
        if (ResumeFile.ReadNames(paths.State) is { } kept)
            return MappedNames.Of(_metainfo, kept);
        if (FindBest() is { } best)
            return best;
        if (!mayProbe)
            return _metainfo;
        new SafeFolders(_directory).MakeOutputFolder();
        return MappedNames.Of(_metainfo, DiskProbe.Run(_directory));
    }

    /// <summary>The naming under which most files exist, among the files whose name depends on the choice; null when none of them exists.</summary>
    private Metainfo? FindBest()
    {
        List<Metainfo> named = [_metainfo, .. Choices.Select(rules => MappedNames.Of(_metainfo, rules))];
        int[] differing =
            [.. Enumerable.Range(0, _metainfo.Files.Length).Where(i => named.Any(other => other.Files[i].Path != _metainfo.Files[i].Path))];
        var best = named.Select(names => (Names: names, Count: CountFound(names, differing))).MaxBy(choice => choice.Count);
        return best.Count > 0 ? best.Names : null;
    }

    // When two names lead to the same file, the disk treats them as equal, so this is not the naming that was used.
    private int CountFound(Metainfo names, int[] files)
    {
        var paths = new StoragePaths(names, _directory);
        HashSet<(ulong Device, ulong Inode)> found = [];
        int count = 0;
        foreach (int file in files)
        {
            if (!names.Files[file].IsOnDisk)
                continue;
            FileStat facts = Look(paths.Final(file));
            if (!facts.IsFile)
                facts = Look(paths.Part(file));
            if (!facts.IsFile)
                continue;
            count++;
            if (facts.Identity.Inode != 0 && !found.Add((facts.Identity.Device, facts.Identity.Inode)))
                return 0;
        }

        return count;
    }

    private static FileStat Look(FileLocation file)
    {
        try
        {
            return FileFacts.Of(file);
        }
        catch (StorageException)
        {
            // The disk does not accept the name, so no file has it.
            return default;
        }
    }
}
