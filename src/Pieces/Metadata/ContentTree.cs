using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>A file on the disk to be included in a torrent.</summary>
/// <param name="FullPath">The full path.</param>
/// <param name="Path">Components below the top folder; empty for the file of a single-file torrent.</param>
/// <param name="Length">Length when the file was listed, in bytes.</param>
internal sealed record SourceFile(string FullPath, ImmutableArray<string> Path, long Length)
{
    /// <summary>The path for messages, as the user typed it.</summary>
    public string Shown { get; init; } = FullPath;

    /// <summary>The stamp (<see cref="Platform.FileStat.Stamp"/>) when the file was listed.</summary>
    public long Stamp { get; init; }
}

/// <summary>
/// Lists the files of a new torrent, in an order that does not depend on the disk: by path components, compared ordinally. Links to files count as
/// the files. Links to folders are followed, except to a folder that contains the link. Hidden folders of this program (<c>.NAME.pieces</c>) are
/// excluded.
/// </summary>
internal sealed class ContentTree
{
    private readonly List<SourceFile> _files = [];
    private readonly CancellationToken _cancellationToken;

    private ContentTree(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    /// <summary>Lists the files of one or several paths.</summary>
    /// <exception cref="MetainfoException">A path cannot be included.</exception>
    /// <exception cref="IOException">
    /// A path, or the target of a link below it, does not exist or cannot be read; likewise <see cref="UnauthorizedAccessException"/>.
    /// </exception>
    public static SourceListing List(ImmutableArray<string> paths, string? name, CancellationToken cancellationToken)
    {
        if (paths.IsDefaultOrEmpty)
            throw new MetainfoException("no file or folder was given; there is nothing to describe");
        var tree = new ContentTree(cancellationToken);
        ImmutableArray<ContentPath> given = [.. paths.Select(ContentPath.Of)];
        foreach (ContentPath path in given)
            path.Check(isGiven: true);
        string top = name ?? DefaultName([.. given.Select(path => path.Full)]);
        CheckName(top, name is null);
        bool isSingleFile = given.Length == 1 && !Directory.Exists(given[0].Full);
        foreach (ContentPath path in given)
        {
            ImmutableArray<string> below = given.Length == 1 ? [] : [Path.GetFileName(path.Full)];
            tree.Add(path, below, []);
        }

        tree._files.Sort(static (x, y) => Compare(x.Path, y.Path));
        tree.RefuseRepeated();
        return new SourceListing(top, !isSingleFile, [.. tree._files])
        {
            Shown = string.Join(", ", given.Select(path => ContentErrors.Show(path.Shown))),
        };
    }

    private static string DefaultName(ImmutableArray<string> paths)
    {
        string path = paths[0];
        if (paths.Length > 1)
        {
            path = Path.GetDirectoryName(paths[0]) ?? "";
            foreach (string other in paths)
            {
                if (Path.GetDirectoryName(other) != path)
                    throw new MetainfoException("the paths are in different folders; give the torrent a name");
            }
        }

        string name = Path.GetFileName(path);
        return name.Length > 0 ? name : throw new MetainfoException($"\"{SafePath.Display(path)}\" has no name of its own; give the torrent a name");
    }

    private static void CheckName(string name, bool isDefault)
    {
        int separator = name.AsSpan().IndexOfAny('/', '\\', '\0');
        string? fault = name switch
        {
            "" => "it is empty",
            "." or ".." => "it refers to a folder",
            _ when separator >= 0 && name[separator] == '\0' => "it contains a NUL byte",
            _ when separator >= 0 => $"it contains a '{name[separator]}', which separates folders{(name[separator] == '\\' ? " on Windows" : "")}",
            _ => null,
        };
        if (fault is not null)
        {
            string remedy = isDefault ? " (give the torrent a name)" : "";
            throw new MetainfoException($"{ContentErrors.Show(name)}: cannot be the name of a torrent: {fault}{remedy}");
        }
    }

    private static int Compare(ImmutableArray<string> x, ImmutableArray<string> y)
    {
        for (int i = 0; i < x.Length && i < y.Length; i++)
        {
            int order = string.CompareOrdinal(x[i], y[i]);
            if (order != 0)
                return order;
        }

        return x.Length.CompareTo(y.Length);
    }

    private static bool IsStateFolder(string name) => name.Length > 8 && name[0] == '.' && name.EndsWith(".pieces", StringComparison.Ordinal);

    private void Add(ContentPath path, ImmutableArray<string> below, ImmutableArray<string> enclosing)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (below.Length >= SafePath.MaxDepth)
            throw new MetainfoException($"{ContentErrors.Show(path.Shown)}: is more than {SafePath.MaxDepth} folders deep");
        if (Directory.Exists(path.Full))
            AddFolder(path, below, enclosing);
        else
            AddFile(path, below);
    }

    private void AddFolder(ContentPath path, ImmutableArray<string> below, ImmutableArray<string> enclosing)
    {
        (string real, string[] names) = path.ReadFolder();
        if (enclosing.Contains(real))
            return;
        ImmutableArray<string> inside = enclosing.Add(real);
        foreach (string name in names)
        {
            ContentPath child = path.Child(name);
            if (!(IsStateFolder(name) && Directory.Exists(child.Full)))
                Add(child, below.Add(name), inside);
        }
    }

    private void AddFile(ContentPath path, ImmutableArray<string> below)
    {
        path.Check(isGiven: false);
        (long length, long stamp) = path.ReadFacts();
        _files.Add(new SourceFile(path.Full, below, length) { Stamp = stamp, Shown = path.Shown });
    }

    private void RefuseRepeated()
    {
        for (int i = 1; i < _files.Count; i++)
        {
            if (Compare(_files[i - 1].Path, _files[i].Path) == 0)
                throw new MetainfoException($"\"{SafePath.Display(string.Join('/', _files[i].Path))}\" would be in the torrent twice");
        }
    }
}

/// <summary>The files found on the disk.</summary>
/// <param name="Name">Name of the file or top folder.</param>
/// <param name="IsMultiFile">Whether the name is that of a top folder.</param>
/// <param name="Files">The files in the order of the torrent.</param>
internal sealed record SourceListing(string Name, bool IsMultiFile, ImmutableArray<SourceFile> Files)
{
    /// <summary>The paths for messages, as the user typed them.</summary>
    public required string Shown { get; init; }
}
