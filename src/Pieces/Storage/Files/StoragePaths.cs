using System.Globalization;
using System.Text;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

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

    /// <summary>What the name of a file ends in that is about to take another's place.</summary>
    public const string NewSuffix = ".new";

    // The longest name that common file systems hold, in bytes.
    private const int LongestName = 255;

    private readonly Metainfo _metainfo;
    private readonly LocalContent? _content;
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the paths of a torrent whose file or top folder is to be in <paramref name="directory"/>.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that the user named.</param>
    /// <param name="content">Says where the files are instead; null for below that folder.</param>
    public StoragePaths(Metainfo metainfo, DirectoryHandle directory, LocalContent? content = null)
    {
        _metainfo = metainfo;
        _content = content;
        Directory = directory;
        Folder = directory.At(Shortened("." + metainfo.Name, FolderSuffix));
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

    /// <summary>The hidden folder beside the data.</summary>
    public FileLocation Folder { get; }

    /// <summary>What is known of the download.</summary>
    public FileLocation State => InFolder("state");

    /// <summary>The metadata, when it came from peers.</summary>
    public FileLocation Metadata => InFolder(MetadataName);

    /// <summary>Held open by the one process that works on the download.</summary>
    public FileLocation Lock => InFolder("lock");

    /// <summary>Bytes of unselected files that share a piece with a selected one, at their torrent offsets.</summary>
    public FileLocation Spare => InFolder("spare");

    /// <summary>Where a finished file is.</summary>
    public FileLocation Final(int file) => _content is { } content
        ? Directory.FileSystem.WorkingDirectory.At(content.Files[file].FullPath)
        : Directory.At(_metainfo.Files[file].RelativePath);

    /// <summary>Path of a finished file for people.</summary>
    public static string FinalPath(string outputDirectory, FileEntry file) => Path.Join(outputDirectory, file.RelativePath);

    /// <summary>Where an unfinished file is.</summary>
    public FileLocation Part(int file)
    {
        FileEntry entry = _metainfo.Files[file];
        int cut = entry.RelativePath.Length - entry.Path[^1].Length;
        string parent = entry.RelativePath[..cut];
        string name = Shortened(entry.Path[^1], PartSuffix);
        // A torrent may hold both "a" and "a.part".
        for (int i = 1; _taken.Contains(parent + name); i++)
            name = Shortened(entry.Path[^1], string.Create(CultureInfo.InvariantCulture, $".{i}{PartSuffix}"));
        return Directory.At(parent + name);
    }

    private FileLocation InFolder(string name) => Directory.At(Path.Join(Folder.Name, name));

    private static string Shortened(string name, string suffix)
    {
        if (Encoding.UTF8.GetByteCount(name) + suffix.Length <= LongestName)
            return name + suffix;
        string mark = "~" + Sha1Digest.Of(Encoding.UTF8.GetBytes(name)).ToString()[..8];
        int room = LongestName - suffix.Length - mark.Length;
        var kept = new StringBuilder();
        foreach (Rune rune in name.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            kept.Append(rune.ToString());
        }

        return kept + mark + suffix;
    }
}
