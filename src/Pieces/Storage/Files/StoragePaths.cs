using System.Collections.Concurrent;
using System.Globalization;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Where one torrent keeps each of its files below its output folder; the same on every run.</summary>
internal sealed class StoragePaths
{
    /// <summary>What an unfinished file's name ends in.</summary>
    public const string PartSuffix = ".part";

    /// <summary>What the hidden folder's name ends in.</summary>
    public const string FolderSuffix = ".pieces";

    /// <summary>Name of the metadata of a torrent that began as a magnet link, in the hidden folder.</summary>
    public const string MetadataName = "metadata";

    /// <summary>Permissions of the hidden folder: its owner alone may look into it.</summary>
    public const int FolderMode = 0x1C0; // 0700

    // What the name of the hidden folder ends in while it is being removed.
    private const string RemovedSuffix = ".pieces-old";

    // Names of hidden folders and unfinished files that are tried where others have the first ones.
    private const int MaxNames = 100;

    // The hidden folder is found before it is known what the disk takes, so that its name is one that every disk takes.
    private static readonly NameRules FolderRules = NameRules.Portable;

    private readonly Metainfo _metainfo;
    private readonly NameRules _rules;
    private readonly LocalContent? _content;
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<FileLocation> _folder;
    private readonly ConcurrentDictionary<int, int> _partNumbers = [];
    private readonly ConcurrentDictionary<int, FileLocation> _others = [];
    private readonly ConcurrentDictionary<int, FileLocation> _followed = [];

    /// <summary>Makes the paths of a torrent whose file or top folder is to be in <paramref name="directory"/>.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that the user named.</param>
    /// <param name="content">Says where the files are instead; null for below that folder.</param>
    public StoragePaths(Metainfo metainfo, DirectoryHandle directory, LocalContent? content = null)
    {
        _metainfo = metainfo;
        _rules = metainfo.Names ?? NameRules.Of(SafePath.CurrentRules);
        _content = content;
        Directory = directory;
        _folder = new Lazy<FileLocation>(FindFolder, LazyThreadSafetyMode.PublicationOnly);
        foreach (FileEntry file in metainfo.Files)
        {
            // Only such a name can be what another file's unfinished name is.
            if (file.Path[^1].EndsWith(PartSuffix, StringComparison.OrdinalIgnoreCase))
                _taken.Add(file.RelativePath);
            for (int depth = 1; depth < file.Path.Length; depth++)
            {
                if (file.Path[depth - 1].EndsWith(PartSuffix, StringComparison.OrdinalIgnoreCase))
                    _taken.Add(string.Join('/', file.Path.AsSpan(0, depth)!));
            }
        }
    }

    /// <summary>The folder that the user named.</summary>
    public DirectoryHandle Directory { get; }

    /// <summary>
    /// The hidden folder beside the data. Where another user has one of its name, or put something else there, it is the first whose name is free or ours:
    /// nothing that others can change is believed.
    /// </summary>
    /// <exception cref="StorageException">The system refused to look.</exception>
    public FileLocation Folder => _folder.Value;

    /// <summary>What the hidden folder is called while it is being removed.</summary>
    public FileLocation RemovedFolder => Directory.At(FolderName(RemovedSuffix));

    /// <summary>What is known of the download.</summary>
    public FileLocation State => InFolder("state");

    /// <summary>The metadata, when it came from peers.</summary>
    public FileLocation Metadata => InFolder(MetadataName);

    /// <summary>Held open by the one process that works on the download.</summary>
    public FileLocation Lock => InFolder("lock");

    /// <summary>Bytes of unselected files that share a piece with a selected one, at their torrent offsets.</summary>
    public FileLocation Spare => InFolder("spare");

    /// <summary>Where a finished file is.</summary>
    public FileLocation Final(int file) => !_followed.IsEmpty && _followed.TryGetValue(file, out FileLocation followed) ? followed : _content is { } content
        ? Directory.Elsewhere(content.Files[file].FullPath)
        : Directory.At(_metainfo.Files[file].RelativePath);

    /// <summary>Says where a file is that is only read, and that a link of the user leads to.</summary>
    public void Follow(int file, FileLocation target) => _followed[file] = target;

    /// <summary>Whether a link of the user leads to a file.</summary>
    public bool IsFollowed(int file) => _followed.ContainsKey(file);

    /// <summary>A location beside a file, whose name is the file's with something behind it.</summary>
    public FileLocation Beside(FileLocation file, string suffix) =>
        Directory.At(Path.Join(file.Parent.Name, Shortened(Path.GetFileName(file.Name), suffix)));

    /// <summary>Path of a finished file for people.</summary>
    public static string FinalPath(string outputDirectory, FileEntry file) => Path.Join(outputDirectory, file.RelativePath);

    /// <summary>Whether a name is that of a hidden folder.</summary>
    public static bool IsFolderName(string name) => name.StartsWith('.') && name.EndsWith(FolderSuffix, StringComparison.Ordinal);

    /// <summary>The file that is read and never written in the place of a file of the torrent.</summary>
    public FileLocation Other(int file) => _others.TryGetValue(file, out FileLocation other) ? other : Final(file);

    /// <summary>Says which file is read in the place of a file of the torrent.</summary>
    public void SetOther(int file, FileLocation other) => _others[file] = other;

    /// <summary>
    /// Looks at the unfinished file. Where another user has a file of its name, ours is the first whose name is free or ours, and the other is read alone.
    /// </summary>
    /// <param name="file">Index of the file.</param>
    /// <param name="other">What another user has under the first name.</param>
    /// <exception cref="StorageException">The system refused to look.</exception>
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

    /// <summary>Where an unfinished file is.</summary>
    public FileLocation Part(int file) => Part(file, _partNumbers.IsEmpty ? 0 : _partNumbers.GetValueOrDefault(file));

    private FileLocation Part(int file, int number)
    {
        FileEntry entry = _metainfo.Files[file];
        int cut = entry.RelativePath.Length - entry.Path[^1].Length;
        string parent = entry.RelativePath[..cut];
        string name = Shortened(entry.Path[^1], PartSuffix);
        // A torrent may hold both "a" and "a.part".
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
