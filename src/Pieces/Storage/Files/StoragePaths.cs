using System.Collections.Concurrent;
using System.Globalization;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>The location of each file of one torrent below its output folder; the same on every run.</summary>
internal sealed class StoragePaths
{
    /// <summary>Suffix of the name of an unfinished file.</summary>
    public const string PartSuffix = ".part";

    /// <summary>Suffix of the name of the hidden folder.</summary>
    public const string FolderSuffix = ".pieces";

    /// <summary>Name of the metadata file in the hidden folder; present when the torrent began as a magnet link.</summary>
    public const string MetadataName = "metadata";

    /// <summary>Permissions of the hidden folder: access for its owner only.</summary>
    public const int FolderMode = 0x1C0; // 0700

    // Suffix of the hidden folder's name while the folder is being removed.
    private const string RemovedSuffix = ".pieces-old";

    // Maximum number of names tried for a hidden folder or an unfinished file when other users occupy the first ones.
    private const int MaxNames = 100;

    // The hidden folder is located before the disk is probed, so its name must be valid on every disk.
    private static readonly NameRules FolderRules = NameRules.Portable;

    private readonly Metainfo _metainfo;
    private readonly NameRules _rules;
    private readonly LocalContent? _content;
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<FileLocation> _folder;
    private readonly ConcurrentDictionary<int, int> _partNumbers = [];
    private readonly ConcurrentDictionary<int, FileLocation> _others = [];
    private readonly ConcurrentDictionary<int, FileLocation> _followed = [];

    /// <summary>Creates the paths of a torrent whose file or top folder belongs in <paramref name="directory"/>.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The output folder.</param>
    /// <param name="content">Locations of the files outside that folder; null when the files are in the folder.</param>
    public StoragePaths(Metainfo metainfo, DirectoryHandle directory, LocalContent? content = null)
    {
        _metainfo = metainfo;
        _rules = metainfo.Names ?? NameRules.Of(SafePath.CurrentRules);
        _content = content;
        Directory = directory;
        _folder = new Lazy<FileLocation>(FindFolder, LazyThreadSafetyMode.PublicationOnly);
        foreach (FileEntry file in metainfo.Files)
        {
            // Only a name that ends in the suffix can collide with the unfinished name of another file.
            if (file.Path[^1].EndsWith(PartSuffix, StringComparison.OrdinalIgnoreCase))
                _taken.Add(file.RelativePath);
            for (int depth = 1; depth < file.Path.Length; depth++)
            {
                if (file.Path[depth - 1].EndsWith(PartSuffix, StringComparison.OrdinalIgnoreCase))
                    _taken.Add(string.Join('/', file.Path.AsSpan(0, depth)!));
            }
        }
    }

    /// <summary>The output folder.</summary>
    public DirectoryHandle Directory { get; }

    /// <summary>
    /// The hidden folder beside the data. When another user owns a folder or anything else of that name, the first numbered name that is free or ours
    /// is used. Data that other users can change is not trusted.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public FileLocation Folder => _folder.Value;

    /// <summary>Location of the hidden folder while it is being removed.</summary>
    public FileLocation RemovedFolder => Directory.At(FolderName(RemovedSuffix));

    /// <summary>The resume state of the download.</summary>
    public FileLocation State => InFolder("state");

    /// <summary>The metadata, when it was fetched from peers.</summary>
    public FileLocation Metadata => InFolder(MetadataName);

    /// <summary>The lock file, held open by the one process that works on the download.</summary>
    public FileLocation Lock => InFolder("lock");

    /// <summary>The spare file: bytes of unselected files that share a piece with a selected file, at their torrent offsets.</summary>
    public FileLocation Spare => InFolder("spare");

    /// <summary>Location of a finished file.</summary>
    public FileLocation Final(int file) => !_followed.IsEmpty && _followed.TryGetValue(file, out FileLocation followed) ? followed
        : _content is { } content ? Directory.Elsewhere(content.Files[file].FullPath)
        : Directory.At(_metainfo.Files[file].RelativePath);

    /// <summary>Sets the location of a read-only file that a symbolic link of the user points to.</summary>
    public void Follow(int file, FileLocation target) => _followed[file] = target;

    /// <summary>Whether a file was reached through a symbolic link of the user.</summary>
    public bool IsFollowed(int file) => _followed.ContainsKey(file);

    /// <summary>A location in the same folder as a file, named like the file with a suffix.</summary>
    public FileLocation Beside(FileLocation file, string suffix) =>
        Directory.At(Path.Join(file.Parent.Name, Shortened(Path.GetFileName(file.Name), suffix)));

    /// <summary>Path of a finished file, for display.</summary>
    public static string FinalPath(string outputDirectory, FileEntry file) => Path.Join(outputDirectory, file.RelativePath);

    /// <summary>Whether a name is that of a hidden folder.</summary>
    public static bool IsFolderName(string name) => name.StartsWith('.') && name.EndsWith(FolderSuffix, StringComparison.Ordinal);

    /// <summary>The file that is read, and never written, in place of a file of the torrent.</summary>
    public FileLocation Other(int file) => _others.TryGetValue(file, out FileLocation other) ? other : Final(file);

    /// <summary>Sets the file that is read in place of a file of the torrent.</summary>
    public void SetOther(int file, FileLocation other) => _others[file] = other;

    /// <summary>
    /// Reads the state of the unfinished file. When another user owns a file of that name, ours gets the first numbered name that is free or ours,
    /// and the other user's file is only read.
    /// </summary>
    /// <param name="file">Index of the file.</param>
    /// <param name="other">State of the file that another user has under the first name.</param>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public FileStat LookAtPart(int file, out FileStat other)
    {
        other = default;
        for (int number = 0; ; number++)
        {
            FileLocation part = Part(file, number);
            FileStat facts = FileFacts.Of(part);
            if (facts.Trust != FileTrust.Foreign || number == MaxNames)
            {
                if (number > 0)
                    _partNumbers[file] = number;
                return facts;
            }

            if (number > 0 || !facts.IsFile)
                continue;
            other = facts;
            SetOther(file, part);
        }
    }

    /// <summary>Location of an unfinished file.</summary>
    public FileLocation Part(int file) => Part(file, _partNumbers.IsEmpty ? 0 : _partNumbers.GetValueOrDefault(file));

    private FileLocation Part(int file, int number)
    {
        FileEntry entry = _metainfo.Files[file];
        int cut = entry.RelativePath.Length - entry.Path[^1].Length;
        string parent = entry.RelativePath[..cut];
        string name = Shortened(entry.Path[^1], PartSuffix);
        // A torrent may contain both "a" and "a.part".
        for (int i = 1; _taken.Contains(parent + name) || number-- > 0; i++)
            name = Shortened(entry.Path[^1], string.Create(CultureInfo.InvariantCulture, $".{i}{PartSuffix}"));
        return Directory.At(parent + name);
    }

    private FileLocation FindFolder()
    {
        FileLocation folder = Directory.At(FolderName(FolderSuffix));
        for (int i = 1; i < MaxNames && FileFacts.Of(folder).Trust == FileTrust.Foreign; i++)
            folder = Directory.At(FolderName(string.Create(CultureInfo.InvariantCulture, $".{i}{FolderSuffix}")));
        return folder;
    }

    private FileLocation InFolder(string name) => Directory.At(Path.Join(Folder.Name, name));

    private string FolderName(string suffix)
    {
        string safe = SafePath.MakeSafe(_metainfo.Name, FolderRules);
        return SafePath.WithSuffix("." + (safe == _metainfo.Name ? safe : SafePath.Marked(safe, _metainfo.Name)), suffix, FolderRules);
    }

    private string Shortened(string name, string suffix) => SafePath.WithSuffix(name, suffix, _rules);
}
