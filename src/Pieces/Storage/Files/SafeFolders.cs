using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Makes the folders below the output folder, each once, and refuses those that are links: a link planted there would lead our bytes
/// elsewhere. The output folder itself may be a link, it is the user's word. Safe for all threads.
/// </summary>
internal sealed class SafeFolders
{
    private readonly ConcurrentDictionary<string, bool> _checked = new(StringComparer.Ordinal);
    private readonly string _outputDirectory;

    /// <summary>Works below <paramref name="outputDirectory"/>.</summary>
    public SafeFolders(string outputDirectory) => _outputDirectory = outputDirectory;

    /// <summary>Makes the output folder.</summary>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public void MakeOutputFolder() => Make(_outputDirectory);

    /// <summary>Makes the folders that a file lies in.</summary>
    /// <exception cref="StorageException">One cannot be made, or something else is in its place.</exception>
    public void MakeFoldersOf(FileEntry file) => Walk(file.Path, make: true);

    /// <summary>Whether all the folders that a file lies in are there, as real folders.</summary>
    /// <exception cref="StorageException">Something else is in the place of one.</exception>
    public bool HasFoldersOf(FileEntry file) => Walk(file.Path, make: false);

    /// <summary>Makes one folder, and its parents where they lack.</summary>
    /// <exception cref="StorageException">It cannot be made, or something else is in its place.</exception>
    public static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            if (File.Exists(path))
                throw DiskErrors.InTheWay(path, "is a file where a folder must be");
            throw DiskErrors.Wrap(path, "make the folder", e);
        }
    }

    private bool Walk(ImmutableArray<string> path, bool make)
    {
        string folder = _outputDirectory;
        for (int i = 0; i < path.Length - 1; i++)
        {
            folder = Path.Join(folder, path[i]);
            if (_checked.ContainsKey(folder))
                continue;
            switch (FileFacts.Of(folder).Kind)
            {
                case FileKind.Folder:
                    break;
                case FileKind.Missing when make:
                    Make(folder);
                    break;
                case FileKind.Missing:
                    return false;
                case FileKind.Link:
                    throw DiskErrors.InTheWay(folder, "is a symbolic link where a folder of the torrent must be");
                default:
                    throw DiskErrors.InTheWay(folder, "is a file where a folder of the torrent must be");
            }

            _checked.TryAdd(folder, true);
        }

        return true;
    }
}
