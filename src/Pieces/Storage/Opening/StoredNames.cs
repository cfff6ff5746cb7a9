using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>
/// Decides which names the files of a torrent have on the disk: the one decision for download, plan, check and seed. What an earlier run decided stays;
/// then what is there decides, and then what the disk takes.
/// </summary>
internal sealed class StoredNames
{
    // Of two choices under which equally many files are found, the first.
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

    /// <summary>The torrent with the names that its files have, or are to have, below a folder.</summary>
    /// <param name="metainfo">The torrent with the names of the system.</param>
    /// <param name="directory">The folder that the user named.</param>
    /// <param name="isPortable">Whether the user wants names that every system takes.</param>
    /// <param name="mayProbe">Whether something may be made there to find out what the disk takes.</param>
    /// <param name="warnings">What a user should be told.</param>
    /// <exception cref="StorageException">The system refused.</exception>
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
            warnings.Add($"this disk does not take every name: {example}{(count == 1 ? "" : $", and {count - 1} more files have other names")}");
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

    /// <summary>The names under which most files are there, of those that depend on the choice; null when none is.</summary>
    private Metainfo? FindBest()
    {
        List<Metainfo> named = [_metainfo, .. Choices.Select(rules => MappedNames.Of(_metainfo, rules))];
        int[] differing = [.. Enumerable.Range(0, _metainfo.Files.Length).Where(i => named.Any(other => other.Files[i].Path != _metainfo.Files[i].Path))];
        var best = named.Select(names => (Names: names, Count: CountFound(names, differing))).MaxBy(choice => choice.Count);
        return best.Count > 0 ? best.Names : null;
    }

    // Where two names lead to one file, the disk takes them for one, and these are not its names.
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
            // The disk does not take the name, so that no file has it.
            return default;
        }
    }
}
