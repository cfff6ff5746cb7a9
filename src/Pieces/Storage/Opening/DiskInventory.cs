using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>What exists at each path of a torrent before anything is changed; immutable.</summary>
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

    /// <summary>Whether the hidden folder exists.</summary>
    public bool HasFolder { get; }

    /// <summary>Whether the spare file exists.</summary>
    public bool HasSpare { get; }

    /// <summary>The state of the path with a file's final name.</summary>
    public FileStat Final(int file) => _final[file];

    /// <summary>The state of the path with a file's <c>.part</c> name.</summary>
    public FileStat Part(int file) => _part[file];

    /// <summary>The state of another user's file under a file's <c>.part</c> name; it is read and never written.</summary>
    public FileStat Other(int file) => _others.GetValueOrDefault(file);

    /// <summary>The state of the path that contains a file's bytes when they are at <paramref name="place"/>.</summary>
    public FileStat At(FilePlace place, int file) => place switch
    {
        FilePlace.Final => Final(file),
        FilePlace.Part => Part(file),
        FilePlace.Other => Other(file),
        _ => default,
    };

    /// <summary>An inventory in which nothing exists.</summary>
    public static DiskInventory Empty(int files) => new(new FileStat[files], new FileStat[files], [], hasFolder: false, hasSpare: false);

    /// <summary>Reads the state of all paths.</summary>
    /// <exception cref="StorageException">The path of a wanted file is not a file, or the operating system reported an error.</exception>
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
            throw DiskErrors.PathOccupied(paths.Folder, "is not a folder");
        bool hasFolder = folder == FileKind.Folder || HiddenFolder.Exists(paths);
        FileKind spare = hasFolder ? FileFacts.Of(paths.Spare).Kind : FileKind.Missing;
        if (spare is not (FileKind.Missing or FileKind.File) && !options.ReadOnly)
            throw DiskErrors.PathOccupied(paths.Spare, "is not a regular file");
        return new DiskInventory(final, part, others, hasFolder, spare == FileKind.File);
    }

    /// <summary>Whether every wanted file has its final name and length, so that only hashing can show that it is incomplete.</summary>
    public bool LooksComplete(StorageOptions options)
    {
        for (int i = 0; i < _final.Length; i++)
        {
            if (options.Wants(i) && !(_final[i].IsFile && _final[i].Length == options.Metainfo.Files[i].Length))
                return false;
        }

        return true;
    }

    /// <summary>Whether nothing has changed between two inventories.</summary>
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
            // The file is not wanted, so an obstacle on its path does not matter.
            return false;
        }
    }

    private static FileStat Judge(FileLocation file, FileStat facts, bool isFirm, bool mayOverwrite)
    {
        if (facts.Kind is FileKind.Missing or FileKind.File)
            return facts;
        // With --overwrite a link may be deleted (it is never followed), but not a folder: it may contain many files.
        if (!isFirm || (facts.Kind == FileKind.Link && mayOverwrite))
            return default;
        throw DiskErrors.PathOccupied(file, facts.Kind switch
        {
            FileKind.Link => "is a symbolic link where a file of the torrent must be",
            FileKind.Folder => "is a folder where a file of the torrent must be",
            _ => "is not a regular file",
        });
    }
}
