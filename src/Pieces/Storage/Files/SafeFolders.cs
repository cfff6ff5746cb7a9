using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Creates the folders below the output folder, each once, and rejects symbolic links: a link planted there would redirect our writes. The output
/// folder itself may be a link, because the user chose it. Safe for all threads.
/// </summary>
internal sealed class SafeFolders
{
    private readonly ConcurrentDictionary<string, bool> _checked = new(StringComparer.Ordinal);
    private readonly DirectoryHandle _directory;

    public SafeFolders(DirectoryHandle directory) => _directory = directory;

    /// <summary>Creates the output folder.</summary>
    /// <exception cref="StorageException">The folder cannot be created.</exception>
    public void MakeOutputFolder() => Make(_directory.At(string.Empty), _directory.Create);

    /// <summary>Creates the parent folders of a file.</summary>
    /// <exception cref="StorageException">A folder cannot be created, or its path is not a folder.</exception>
    public void MakeFoldersOf(FileEntry file) => Walk(file.Path, make: true);

    /// <summary>Whether all parent folders of a file exist as real folders.</summary>
    /// <exception cref="StorageException">The path of a parent folder is not a folder.</exception>
    public bool HasFoldersOf(FileEntry file) => Walk(file.Path, make: false);

    /// <summary>Creates a folder, including its missing parents.</summary>
    /// <exception cref="StorageException">The folder cannot be created, or its path is not a folder.</exception>
    public static void Make(FileLocation folder, bool isPrivate = false) => Make(folder, () => folder.CreateDirectory(isPrivate));

    private static void Make(FileLocation folder, Action make)
    {
        try
        {
            make();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            if (IsFile(folder))
                throw DiskErrors.PathOccupied(folder, "is a file where a folder must be");
            throw DiskErrors.Wrap(folder, "create the folder", e);
        }
    }

    private static bool IsFile(FileLocation folder)
    {
        try
        {
            return folder.Name.Length == 0 ? File.Exists(folder.FullPath) : folder.Stat().IsFile;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            return false;
        }
    }

    private bool Walk(ImmutableArray<string> path, bool make)
    {
        string name = string.Empty;
        for (int i = 0; i < path.Length - 1; i++)
        {
            name = Path.Join(name, path[i]);
            if (_checked.ContainsKey(name))
                continue;
            FileLocation folder = _directory.At(name);
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
                    throw DiskErrors.PathOccupied(folder, "is a symbolic link where a folder of the torrent must be");
                default:
                    throw DiskErrors.PathOccupied(folder, "is a file where a folder of the torrent must be");
            }

            _checked.TryAdd(name, true);
        }

        return true;
    }
}
