using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>What stands at each path of a torrent before anything is done; immutable.</summary>
internal sealed class DiskInventory
{
    private readonly FileStat[] _final;
    private readonly FileStat[] _part;
    private readonly Dictionary<int, FileStat> _others;

    private DiskInventory(FileStat[] final, FileStat[] part, Dictionary<int, FileStat> others, bool hasFolder, bool hasSpare)
    {
        _final = final;
        _part = part;
        _others = others;
        HasFolder = hasFolder;
        HasSpare = hasSpare;
    }

    /// <summary>Whether the hidden folder is there.</summary>
    public bool HasFolder { get; }

    /// <summary>Whether the spare file is there.</summary>
    public bool HasSpare { get; }

    /// <summary>What has a file's final name.</summary>
    public FileStat Final(int file) => _final[file];

    /// <summary>What has a file's <c>.part</c> name.</summary>
    public FileStat Part(int file) => _part[file];

    /// <summary>What another user has under a file's <c>.part</c> name; it is read and never written.</summary>
    public FileStat Other(int file) => _others.GetValueOrDefault(file);

    /// <summary>What is where a file's bytes are.</summary>
    public FileStat At(FilePlace place, int file) => place switch
    {
        FilePlace.Final => Final(file),
        FilePlace.Part => Part(file),
        FilePlace.Other => Other(file),
        _ => default,
    };

    /// <summary>Nothing stands anywhere.</summary>
    public static DiskInventory Empty(int files) => new(new FileStat[files], new FileStat[files], [], hasFolder: false, hasSpare: false);

    /// <summary>Looks at all of it.</summary>
    /// <exception cref="StorageException">Something that is no file is where a wanted file is to be, or the system refused.</exception>
    public static DiskInventory Take(StorageOptions options, StoragePaths paths, SafeFolders folders)
    {
        int count = options.Metainfo.Files.Length;
        var final = new FileStat[count];
        var part = new FileStat[count];
        Dictionary<int, FileStat> others = [];
        for (int i = 0; i < count; i++)
        {
            FileEntry file = options.Metainfo.Files[i];
            bool isFirm = options.Wants(i) && !options.ReadOnly;
            if (!file.IsOnDisk || (!paths.IsFollowed(i) && !HasFolders(folders, file, isFirm)))
                continue;
            final[i] = Judge(paths.Final(i), FileFacts.Of(paths.Final(i)), isFirm, options.Overwrite);
            if (paths.IsFollowed(i))
                continue;
            FileStat found = paths.LookAtPart(i, out FileStat other);
            part[i] = Judge(paths.Part(i), found, isFirm, options.Overwrite);
            if (other.IsFile)
                others[i] = other;
        }

        FileKind folder = FileFacts.Of(paths.Folder).Kind;
        if (folder is not (FileKind.Missing or FileKind.Folder) && !options.ReadOnly)
            throw DiskErrors.InTheWay(paths.Folder, "is not a folder");
        bool hasFolder = folder == FileKind.Folder || HiddenFolder.IsThere(paths);
        FileKind spare = hasFolder ? FileFacts.Of(paths.Spare).Kind : FileKind.Missing;
        if (spare is not (FileKind.Missing or FileKind.File) && !options.ReadOnly)
            throw DiskErrors.InTheWay(paths.Spare, "is not an ordinary file");
        return new DiskInventory(final, part, others, hasFolder, spare == FileKind.File);
    }

    /// <summary>Whether every wanted file has its final name and length, so that only a hash can tell that something lacks.</summary>
    public bool LooksComplete(StorageOptions options)
    {
        for (int i = 0; i < _final.Length; i++)
        {
            if (options.Wants(i) && !(_final[i].IsFile && _final[i].Length == options.Metainfo.Files[i].Length))
                return false;
        }

        return true;
    }

    /// <summary>Whether nothing has changed from one look to the other.</summary>
    public bool Equals(DiskInventory other) =>
        HasSpare == other.HasSpare && _final.AsSpan().SequenceEqual(other._final) && _part.AsSpan().SequenceEqual(other._part)
        && _others.Count == other._others.Count && _others.All(pair => other.Other(pair.Key) == pair.Value);

    private static bool HasFolders(SafeFolders folders, FileEntry file, bool isFirm)
    {
        try
        {
            return folders.HasFoldersOf(file);
        }
        catch (StorageException) when (!isFirm)
        {
            // Nobody wants it: what is in its way is not in ours.
            return false;
        }
    }

    private static FileStat Judge(FileLocation file, FileStat facts, bool isFirm, bool mayOverwrite)
    {
        if (facts.Kind is FileKind.Missing or FileKind.File)
            return facts;
        // A link may be discarded, never followed; a folder full of files is too much to discard by a flag.
        if (!isFirm || (facts.Kind == FileKind.Link && mayOverwrite))
            return default;
        throw DiskErrors.InTheWay(file, facts.Kind switch
        {
            FileKind.Link => "is a symbolic link where a file of the torrent must be",
            FileKind.Folder => "is a folder where a file of the torrent must be",
            _ => "is not an ordinary file",
        });
    }
}
