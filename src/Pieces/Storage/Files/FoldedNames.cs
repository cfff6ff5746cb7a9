using System.Collections.Immutable;
using System.Text;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Files;

/// <summary>
/// Finds files whose names are canonically equivalent to those of the torrent but use other code points: a letter with an accent may be one code
/// point or two.
/// </summary>
internal sealed class FoldedNames
{
    private readonly DirectoryHandle _directory;
    private readonly Dictionary<string, Dictionary<string, string>> _folders = new(StringComparer.Ordinal);

    /// <summary>Searches below a folder.</summary>
    public FoldedNames(DirectoryHandle directory) => _directory = directory;

    /// <summary>The path as it is on the disk; null when no canonically equivalent path exists, or when the path is ASCII only.</summary>
    public ImmutableArray<string>? Find(ImmutableArray<string> path)
    {
        if (path.All(name => Ascii.IsValid(name)))
            return null;
        ImmutableArray<string> found = path;
        string folder = string.Empty;
        for (int i = 0; i < path.Length; i++)
        {
            if (!NamesIn(folder).TryGetValue(CanonicalText.Decompose(path[i]), out string? name))
                return null;
            found = found.SetItem(i, name);
            folder = Path.Join(folder, name);
        }

        return found;
    }

    private Dictionary<string, string> NamesIn(string folder)
    {
        if (_folders.TryGetValue(folder, out Dictionary<string, string>? names))
            return names;
        names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (FileFacts.Of(_directory.At(folder)).Kind == FileKind.Folder)
        {
            foreach (string name in List(folder))
                names.TryAdd(CanonicalText.Decompose(name), name);
        }

        _folders.Add(folder, names);
        return names;
    }

    private IReadOnlyList<string> List(string folder)
    {
        try
        {
            return _directory.List(folder);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            // The folder can be entered but not listed: only exact names can be found in it.
            return [];
        }
    }
}
